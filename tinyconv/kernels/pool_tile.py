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
    of equals, the last NaN. It reads whole vectors of sums, from s on. It is called from compiled code.
    """

    @intrinsic
    def tile(typing, sums, s, line, best, winner, o, count, rows):  # type: ignore[no-untyped-def]
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            arrays = Arrays(context, builder, signature.args, arguments)
            code = Vectors(builder, context.get_data_type(sums.dtype))
            pixels, maxima, taps = (arrays.at(i, j) for i, j in ((0, 1), (3, 5), (4, 5)))
            line, count, rows = arguments[2], arguments[6], arguments[7]
            vectors = code.vectors_of(count)
            with cgutils.for_range(builder, rows) as i, cgutils.for_range(builder, vectors) as v:
                pair, first = builder.mul(i.index, I64(2)), builder.mul(v.index, I64(code.lanes))
                top = builder.add(builder.mul(pair, line), builder.mul(first, I64(2)))
                starts = (builder.gep(pixels, [start]) for start in (top, builder.add(top, line)))
                value, tap = _winners(code, [half for start in starts for half in code.load_pairs(start)])
                place, is_window = builder.add(builder.mul(i.index, count), first), code.below(first, count)
                code.store_where(is_window, value, builder.gep(maxima, [place]))
                code.store_where(is_window, tap, builder.gep(taps, [place]))
            return context.get_dummy_value()

        n = types.intp
        return types.void(sums, n, n, best, winner, n, n, n), codegen

    return compiled(tile, pool_twin)


def _winners(code: Vectors, pixels: list[Any]) -> tuple[Any, Any]:
    """Return the largest of four vectors lane by lane, rectified, and which of the four it was.

    That of each row first, then that of both rows: so no choice waits for more than one other.
    """
    select = code.builder.select
    top, is_1 = _larger(code, *pixels[:2])
    bottom, is_3 = _larger(code, *pixels[2:])
    value, is_below = _larger(code, top, bottom)
    above, below = select(is_1, code.bytes(1), code.bytes(0)), select(is_3, code.bytes(3), code.bytes(2))
    rectified = select(code.builder.fcmp_ordered("<=", value, code.zero()), code.zero(), value)
    return rectified, select(is_below, below, above)


def _larger(code: Vectors, one: Any, other: Any) -> tuple[Any, Any]:
    """Return the larger of two vectors lane by lane, and where it is the other: NaN is larger than any."""
    builder = code.builder
    wins = builder.or_(builder.fcmp_ordered(">", other, one), builder.fcmp_unordered("uno", other, other))
    return builder.select(wins, other, one), wins


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
