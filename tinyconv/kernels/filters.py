"""The filters, as the tile reads them: the weights of R filters one behind the other, in whole blocks.

On the way forward they lie like that already; where the last block lacks some, they get zeros behind them.
On the way back channels and filters change places.
"""

import numpy as np

from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array, plain
from tinyconv.kernels.lending import empty
from tinyconv.kernels.tile import rows_for
from tinyconv.kernels.turns import turns


@kernel
def fill_turned(worker, workers, weight, first, C, T, turned):  # type: ignore[no-untyped-def]
    """Turned (G, B, R, K) from weight (G, F·C·T); rows are channels.

    Weight k of channel 0 stands at first[k], and that of each next channel T numbers behind.
    """
    G, B, R, K = turned.shape
    for block in turns(G * B, worker, workers):
        g, b = block // B, block % B
        rows, target = turned[g, b], weight[g, b * R * T :]
        for k in range(K):
            for m in range(min(R, C - b * R)):
                rows[m, k] = target[first[k] + m * T]


def filter_blocks(weight: Array, groups: int) -> Array:
    """Return weight (F, C/G, KH, KW) flat, as (G, B, R, K): where blocks are whole, its own memory."""
    return _whole(plain(weight).reshape(groups, len(weight) // groups, -1)).reshape(-1)


def bias_blocks(bias: Array | None, filters: int, groups: int, dtype: np.dtype) -> Array:
    """Return the bias (F,), zeros where there is none, as (G, B, R)."""
    F = filters // groups
    numbers = np.zeros(filters, dtype) if bias is None else plain(bias)
    return _whole(numbers.reshape(groups, F, 1)).reshape(groups, -1, rows_for(F))


def _whole(rows: Array) -> Array:
    """Return rows (G, F, K) with as many zeros behind each group's as the last block lacks."""
    groups, F, K = rows.shape
    lack = -F % rows_for(F)
    if not lack:
        return rows
    whole = np.zeros((groups, F + lack, K), rows.dtype)  # sooner done than said by `concatenate`
    whole[:, :F] = rows
    return whole


def turned_blocks(weight: Array, groups: int, phases: list[Array]) -> Array:
    """Return weight (F, C/G, KH, KW) for the way back, flat, as (G, B, R, K) phase by phase.

    Rows are channels; each phase has the weights (K,) of channel 0, as `backward_plan` returns them.
    """
    C, taps, rows = weight.shape[1], weight[0, 0].size, rows_for(weight.shape[1])
    blocks, filters = -(-C // rows), plain(weight).reshape(groups, -1)
    make = np.zeros if C % rows else empty  # zeros for the channels that the last block lacks
    made = make((groups * blocks * rows * sum(map(len, phases)),), weight.dtype)
    done = 0
    for first in phases:
        more = groups * blocks * rows * len(first)
        turned = made[done : done + more].reshape(groups, blocks, rows, len(first))
        fill_turned(filters, first, C, taps, turned)
        done += more
    return made
