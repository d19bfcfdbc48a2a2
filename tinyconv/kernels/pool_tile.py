"""The pool of every lesson, 2×2 windows side by side, as LLVM vector IR: a vector of windows at a time.

The compiler's own vectors for such a loop cost three times as much on the short rows of small maps.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba.core import cgutils, types
from numba.extending import intrinsic

from tinyconv.kernels.tile import Arrays, compiled
from tinyconv.kernels.vectors import I64, Vectors


def make_pool_tile() -> Callable[..., None]:
    """Return the tile that pools pairs of rows of `sums`, `line` from one row to the next, rectified.

    The tile takes (sums, s, line, best, winner, o, count, rows): it fills best[o:] and winner[o:], `rows`
    times `count` of them, with each window's largest number and with the tap 2·kh + kw that has it: the first
    of equals, the last NaN. It reads whole vectors of sums, from s on, and asks for what is written as far
    behind: the rows of the next band, or of the next filter. It is called from compiled code.
    """

    @intrinsic
    def tile(typing, sums, s, line, best, winner, o, count, rows):  # type: ignore[no-untyped-def]
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            arrays = Arrays(context, builder, signature.args, arguments)
            code = Vectors(builder, context.get_data_type(sums.dtype))
            pixels, maxima, taps = (arrays.at(i, j) for i, j in ((0, 1), (3, 5), (4, 5)))
            line, count, rows = arguments[2], arguments[6], arguments[7]
            with cgutils.for_range(builder, code.vectors_of(count)) as v:
                first = builder.mul(v.index, I64(code.lanes))
                is_window = code.below(first, count)
                with cgutils.for_range(builder, rows) as i:
                    top = builder.mul(builder.add(builder.mul(i.index, line), first), I64(2))
                    starts = (builder.gep(pixels, [start]) for start in (top, builder.add(top, line)))
                    found = _winners(code, [half for start in starts for half in code.load_pairs(start)])
                    place = builder.add(builder.mul(i.index, count), first)
                    later = builder.add(place, builder.mul(rows, count))
                    for result, target in zip(found, (maxima, taps), strict=True):
                        code.store_where(is_window, result, builder.gep(target, [place]))
                        code.prefetch(builder.gep(target, [later]), 0)
            return context.get_dummy_value()

        n = types.intp
        return types.void(sums, n, n, best, winner, n, n, n), codegen

    return compiled(tile, pool_twin)


def _winners(code: Vectors, pixels: list[Any]) -> tuple[Any, Any]:
    """Return the largest of four vectors lane by lane, rectified, and which of the four it was.

    Only where one holds a NaN are there comparisons for it.
    """
    builder = code.builder
    value, tap = cgutils.alloca_once(builder, code.kind), cgutils.alloca_once(builder, code.bytes(0).type)
    strange = [builder.fcmp_unordered("uno", *row) for row in (pixels[:2], pixels[2:])]
    with builder.if_else(code.any(builder.or_(*strange)), likely=False) as ways:
        for way, wins in zip(ways, (_is_larger_or_nan, _is_larger), strict=True):
            with way:
                for place, result in zip((value, tap), _largest(code, pixels, wins), strict=True):
                    builder.store(result, place)
    return builder.load(value), builder.load(tap)


def _largest(code: Vectors, pixels: list[Any], wins: Callable[..., Any]) -> tuple[Any, Any]:
    """Return the largest of four vectors as `_winners` does.

    That of each row first, then that of both rows: so no choice waits for more than one other.
    """
    select = code.builder.select
    is_1, is_3 = wins(code, pixels[1], pixels[0]), wins(code, pixels[3], pixels[2])
    top, bottom = select(is_1, pixels[1], pixels[0]), select(is_3, pixels[3], pixels[2])
    is_below = wins(code, bottom, top)
    value = select(is_below, bottom, top)
    above, below = select(is_1, code.bytes(1), code.bytes(0)), select(is_3, code.bytes(3), code.bytes(2))
    rectified = select(wins(code, value, code.zero()), value, code.zero())
    return rectified, select(is_below, below, above)


def _is_larger(code: Vectors, one: Any, other: Any) -> Any:
    return code.builder.fcmp_ordered(">", one, other)


def _is_larger_or_nan(code: Vectors, one: Any, other: Any) -> Any:
    return code.builder.or_(_is_larger(code, one, other), code.builder.fcmp_unordered("uno", one, one))


def pool_twin(sums, s, line, best, winner, o, count, rows):  # type: ignore[no-untyped-def]
    """Do the same in plain loops."""
    for q in range(rows * count):
        first, tap = s + q // count * 2 * line + q % count * 2, 0
        value = sums[first]
        for number in range(1, 4):
            pixel = sums[first + number // 2 * line + number % 2]
            if pixel > value or pixel != pixel:
                value, tap = pixel, number
        best[o + q] = 0 if value <= 0 else value
        winner[o + q] = np.uint8(tap)
