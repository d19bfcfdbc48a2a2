"""Panels: the filters, laid out as the tile reads them: for each step, the numbers of its R rows."""

import numpy as np

from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array, plain
from tinyconv.kernels.lending import empty
from tinyconv.kernels.tile import ROWS, rows_for
from tinyconv.kernels.turns import turns


@kernel
def fill_panels(worker, workers, weight, panels):  # type: ignore[no-untyped-def]
    """Panels (G, B, K, R) from weight (G, F/G, K): R filters side by side, zeros for the missing."""
    G, B, K, R = panels.shape
    F = weight.shape[1]
    for block in turns(G * B, worker, workers):
        g, b = block // B, block % B
        rows, panel = min(R, F - b * R), panels[g, b].reshape(-1)
        filters = weight[g, b * R : b * R + rows].reshape(-1)
        if rows == ROWS:  # a number that the compiler knows: it moves whole vectors, in a third of the time
            for k in range(K):
                for m in range(ROWS):
                    panel[k * ROWS + m] = filters[m * K + k]
            continue
        for k in range(K):
            for m in range(rows):
                panel[k * R + m] = filters[m * K + k]
            panel[k * R + rows : (k + 1) * R] = 0


@kernel
def fill_panels_back(worker, workers, weight, first, C, T, panels):  # type: ignore[no-untyped-def]
    """Panels (G, B, K, R) from weight (G, F/G·C·T): row k has weight first[k] of channel 0, then others."""
    G, B, K, R = panels.shape
    for block in turns(G * B, worker, workers):
        g, b = block // B, block % B
        rows = min(R, C - b * R)
        for k in range(K):
            panel, w = panels[g, b, k], first[k] + b * R * T
            for m in range(rows):
                panel[m] = weight[g, w + m * T]
            panel[rows:] = 0


def pack(weight: Array, groups: int) -> Array:
    """Return the panels (G·B·K, R) of weight (F, C/G, KH, KW): K runs over channels and taps."""
    F, K = len(weight) // groups, weight[0].size
    rows = rows_for(F)
    shape = groups, -(-F // rows), K, rows
    panels = empty(shape, weight.dtype)
    fill_panels(plain(weight).reshape(groups, F, K), panels)
    return panels.reshape(-1, rows)


def pack_back(weight: Array, groups: int, phases: list[Array]) -> Array:
    """Return the panels of the way back, phase by phase, (G·B·K, R) for each.

    Rows are channels; each phase has the weights (K,) of channel 0, as `backward_plan` returns them.
    """
    C, taps, rows = weight.shape[1], weight[0, 0].size, rows_for(weight.shape[1])
    blocks, filters = -(-C // rows), plain(weight).reshape(groups, -1)
    panels = empty((groups * blocks * sum(map(len, phases)), rows), weight.dtype)
    done = 0
    for first in phases:
        more = groups * blocks * len(first)
        target = panels[done : done + more].reshape(groups, blocks, len(first), rows)
        fill_panels_back(filters, first, C, taps, target)
        done += more
    return panels


def pack_bias(bias: Array | None, filters: int, groups: int, dtype: np.dtype) -> Array:
    """Return the bias (G, B·R): zeros for the filters that a block lacks, and where there is no bias."""
    F, rows = filters // groups, rows_for(filters // groups)
    offsets = np.zeros((groups, -(-F // rows) * rows), dtype)
    if bias is not None:
        offsets[:, :F] = bias.reshape(groups, F)
    return offsets
