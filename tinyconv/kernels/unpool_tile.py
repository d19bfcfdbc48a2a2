"""The way back through the pool of every lesson, 2×2 windows side by side: a vector of windows at a time."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba.core import cgutils, types
from numba.extending import intrinsic

from tinyconv.kernels.tile import Arrays, compiled
from tinyconv.kernels.vectors import I64, Vectors


def make_unpool_tile() -> Callable[..., None]:
    """Return the tile that gives windows' gradients to the winners in one of their rows of pixels.

    The tile takes (dy, y, winners, i, tap, pixels, o, count): it fills pixels[o:], 2·`count` of them, with
    dy[i + q] at pixel 2q where the winner is `tap`, at pixel 2q + 1 where it is `tap` + 1, if the ReLU let it
    through (y > 0 or NaN), and with zeros elsewhere. It is called from compiled code.
    """

    @intrinsic
    def tile(typing, dy, y, winners, i, tap, pixels, o, count):  # type: ignore[no-untyped-def]
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            arrays = Arrays(context, builder, signature.args, arguments)
            code = Vectors(builder, context.get_data_type(dy.dtype))
            sources, target = [arrays.at(array, 3) for array in range(3)], arrays.at(5, 6)
            with cgutils.for_range(builder, code.vectors_of(arguments[7])) as loop:
                first = builder.mul(loop.index, I64(code.lanes))
                is_here = code.below(first, arguments[7])
                upstream, maxima, winner = (
                    code.load_where(is_here, builder.gep(source, [first])) for source in sources
                )
                shut = builder.fcmp_ordered("<=", maxima, code.zero())
                value = builder.select(shut, code.zero(), upstream)
                taps = [builder.add(arguments[4], I64(kw)) for kw in range(2)]
                chosen = [builder.icmp_unsigned("==", winner, code.spread_byte(number)) for number in taps]
                pair = [builder.select(which, value, code.zero()) for which in chosen]
                place = builder.gep(target, [builder.mul(first, I64(2))])
                for half, mixed in enumerate(code.paired(*pair)):
                    begin = builder.add(builder.mul(first, I64(2)), I64(half * code.lanes))
                    inside = code.below(begin, builder.mul(arguments[7], I64(2)))
                    code.store_where(inside, mixed, builder.gep(place, [I64(half * code.lanes)]))
            return context.get_dummy_value()

        n = types.intp
        return types.void(dy, y, winners, n, n, pixels, n, n), codegen

    return compiled(tile, unpool_twin)


def unpool_twin(dy, y, winners, i, tap, pixels, o, count):  # type: ignore[no-untyped-def]
    """Do the same in plain loops."""
    for q in range(count):
        value = dy.dtype.type(0) if y[i + q] <= 0 else dy[i + q]
        for kw in range(2):
            pixels[o + 2 * q + kw] = value if winners[i + q] == np.uint8(tap + kw) else 0
