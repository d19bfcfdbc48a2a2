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
    """Turned (G, B, R, K) from weight (G, F·C·T): row c has, at k, weight first[k] of channel 0, but of c."""
    G, B, R, K = turned.shape
    for block in turns(G * B, worker, workers):
        g, b = block // B, block % B
        rows, target = turned[g, b], weight[g, b * R * T :]
        for k in range(K):
            for m in range(min(R, C - b * R)):
                rows[m, k] = target[first[k] + m * T]


def pack(weight: Array, groups: int) -> Array:
    """Return weight (F, C/G, KH, KW) flat, as (G, B, R, K): where blocks are whole, its own memory."""
    F, K = len(weight) // groups, weight[0].size
    filters, lacking = plain(weight).reshape(groups, F, K), -F % rows_for(F)
    if lacking:
        filters = np.concatenate([filters, np.zeros((groups, lacking, K), weight.dtype)], axis=1)
    return filters.reshape(-1)


def pack_back(weight: Array, groups: int, phases: list[Array]) -> Array:
    """Return the same for the way back, flat, (G, B, R, K) phase by phase.

    Rows are channels; each phase has the weights (K,) of channel 0, as `backward_plan` returns them.
    """
    C, taps, rows = weight.shape[1], weight[0, 0].size, rows_for(weight.shape[1])
    blocks, filters = -(-C // rows), plain(weight).reshape(groups, -1)
    make = np.zeros if C % rows else empty  # zeros for the channels that the last block lacks
    packed = make((groups * blocks * rows * sum(map(len, phases)),), weight.dtype)
    done = 0
    for first in phases:
        more = groups * blocks * rows * len(first)
        turned = packed[done : done + more].reshape(groups, blocks, rows, len(first))
        fill_turned(filters, first, C, taps, turned)
        done += more
    return packed


def pack_bias(bias: Array | None, filters: int, groups: int, dtype: np.dtype) -> Array:
    """Return the bias (G, B, R): zeros for the filters that a block lacks, and where there is no bias."""
    F, rows = filters // groups, rows_for(filters // groups)
    offsets = np.zeros((groups, -(-F // rows) * rows), dtype)
    if bias is not None:
        offsets[:, :F] = bias.reshape(groups, F)
    return offsets.reshape(groups, -1, rows)
