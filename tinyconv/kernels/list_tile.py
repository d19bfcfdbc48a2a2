"""The tile that picks out of a row of windows those whose winner lies in one row of pixels."""

from collections.abc import Callable
from typing import Any

from numba.core import types
from numba.extending import intrinsic

from tinyconv.kernels.tile import Arrays, compiled
from tinyconv.kernels.vectors import I64, Vectors


def make_list_tile() -> Callable[..., int]:
    """Return the tile that lists, of the windows i + first to i + last, those that have something to say.

    A window does if its winner is one of the taps `tap` to `tap` + `taps` − 1, if the ReLU let it through
    (y > 0 or NaN), and if dy is not 0. Then dy joins `values` and place + lane·step + (winner − tap)·across
    joins `places`, at `o`; the tile returns how many did. It takes (dy, y, winners, i, first, last, tap,
    taps, place, step, across, places, values, o), reads one vector from `i` on and writes one from `o` on.
    """

    @intrinsic
    def tile(  # type: ignore[no-untyped-def]
        typing, dy, y, winners, i, first, last, tap, taps, place, step, across, places, values, o
    ):
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            arrays = Arrays(context, builder, signature.args, arguments)
            code = Vectors(builder, context.get_data_type(dy.dtype))
            upstream, maxima = (code.load(arrays.at(array, 3), 0) for array in (0, 1))
            winner = builder.sub(code.load_bytes(arrays.at(2, 3)), code.spread(arguments[6]))
            shut = builder.fcmp_ordered("<=", maxima, code.zero())
            value = builder.select(shut, code.zero(), upstream)
            chosen = code.between(code.numbers(I64(0), I64(1)), arguments[4], arguments[5])
            for condition in (
                builder.icmp_unsigned("<", winner, code.spread(arguments[7])),
                builder.fcmp_unordered("!=", value, code.zero()),
            ):
                chosen = builder.and_(chosen, condition)
            where = builder.add(
                code.numbers(arguments[8], arguments[9]), builder.mul(winner, code.spread(arguments[10]))
            )
            code.store_chosen(where, chosen, arrays.at(11, 13))
            code.store_chosen(value, chosen, arrays.at(12, 13))
            return code.count(chosen)

        n = types.intp
        return types.intp(dy, y, winners, n, n, n, n, n, n, n, n, places, values, n), codegen

    return compiled(tile, list_twin)


def list_twin(  # type: ignore[no-untyped-def]
    dy, y, winners, i, first, last, tap, taps, place, step, across, places, values, o
):
    """Do the same in plain loops."""
    count = 0
    for lane in range(first, last):
        value, kw = dy[i + lane], int(winners[i + lane]) - tap  # a byte knows nothing below 0
        if y[i + lane] <= 0:
            value = dy.dtype.type(0)
        if 0 <= kw < taps and value != 0:
            places[o + count] = place + lane * step + kw * across
            values[o + count] = value
            count += 1
    return count
