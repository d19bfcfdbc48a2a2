"""The tile that copies rows of an image into lines, with zeros where a line reaches beyond the image."""

from collections.abc import Callable
from typing import Any

from numba.core import cgutils, types
from numba.extending import intrinsic

from tinyconv.kernels.tile import Arrays, compiled
from tinyconv.kernels.vectors import I64, Vectors


def make_line_tile() -> Callable[..., None]:
    """Return the tile that fills `count` lines of `length` numbers, one behind the other, from lines[o] on.

    Number j of line i is image[s + i·down + j·across] where start ≤ j < stop; elsewhere it is 0, and nothing
    is read. The tile takes (image, s, down, across, lines, o, start, stop, length, count).
    """

    @intrinsic
    def tile(typing, image, s, down, across, lines, o, start, stop, length, count):  # type: ignore[no-untyped-def]
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            arrays = Arrays(context, builder, signature.args, arguments)
            code = Vectors(builder, context.get_data_type(image.dtype))
            down, across, (start, stop, length) = arguments[2], arguments[3], arguments[6:9]
            pixels, target = arrays.at(0, 1), arrays.at(4, 5)
            vectors = builder.udiv(builder.add(length, I64(code.lanes - 1)), I64(code.lanes))
            with cgutils.for_range(builder, arguments[9]) as i, cgutils.for_range(builder, vectors) as v:
                first = builder.mul(v.index, I64(code.lanes))
                column = code.numbers(first, I64(1))
                inside = builder.and_(
                    builder.icmp_signed(">=", column, code.spread(start)),
                    builder.icmp_signed("<", column, code.spread(stop)),
                )
                seen = builder.add(builder.mul(i.index, down), builder.mul(first, across))
                source = builder.gep(pixels, [seen])
                place = builder.gep(target, [builder.add(builder.mul(i.index, length), first)])
                written = builder.icmp_signed("<", column, code.spread(length))
                with builder.if_else(builder.icmp_signed("==", across, I64(1))) as (neighbours, others):
                    with neighbours:
                        code.store_where(written, code.load_where(inside, source), place)
                    with others:
                        code.store_where(written, code.gather_where(inside, source, across), place)
            return context.get_dummy_value()

        n = types.intp
        return types.void(image, n, n, n, lines, n, n, n, n, n), codegen

    return compiled(tile, line_twin)


def line_twin(image, s, down, across, lines, o, start, stop, length, count):  # type: ignore[no-untyped-def]
    """Do the same in plain loops."""
    for i in range(count):
        for j in range(length):
            lines[o + i * length + j] = image[s + i * down + j * across] if start <= j < stop else 0
