"""Panels: the filters, laid out as the tile reads them: for each step, the numbers of its R rows."""

import numpy as np
from numba import prange

from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array, plain
from tinyconv.kernels.tile import rows_for


@kernel
def fill_panels(weight, panels):  # type: ignore[no-untyped-def]
    """Panels (G, B, K, R) from weight (G, F/G, K): R filters side by side, zeros for the missing."""
    G, B, K, R = panels.shape
    F = weight.shape[1]
    for block in prange(G * B):
        g, b = block // B, block % B
        rows = min(R, F - b * R)
        for k in range(K):
            panel = panels[g, b, k]
            for m in range(rows):
                panel[m] = weight[g, b * R + m, k]
            panel[rows:] = 0


@kernel
def fill_panels_back(weight, taps, panels):  # type: ignore[no-untyped-def]
    """Panels (G, B, F/G·T, R) from weight (G, F/G, C/G, KH·KW): R channels side by side, T taps."""
    G, B, _, R = panels.shape
    F, C = weight.shape[1:3]
    T = taps.size
    for block in prange(G * B):
        g, b = block // B, block % B
        rows = min(R, C - b * R)
        for f in range(F):
            for t in range(T):
                panel = panels[g, b, f * T + t]
                for m in range(rows):
                    panel[m] = weight[g, f, b * R + m, taps[t]]
                panel[rows:] = 0


def pack(weight: Array, groups: int) -> Array:
    """Return the panels (G, B, K, R) of weight (F, C/G, KH, KW): K runs over channels and taps."""
    F, K = len(weight) // groups, weight[0].size
    rows = rows_for(F)
    panels = np.empty((groups, -(-F // rows), K, rows), weight.dtype)
    fill_panels(plain(weight).reshape(groups, F, K), panels)
    return panels


def pack_back(weight: Array, groups: int, taps: Array) -> Array:
    """Return the panels (G, B, K, R) of the way back: rows are channels, K is filters and `taps`."""
    F, C, T = len(weight) // groups, weight.shape[1], len(taps)
    rows = rows_for(C)
    panels = np.empty((groups, -(-C // rows), F * T, rows), weight.dtype)
    fill_panels_back(plain(weight).reshape(groups, F, C, -1), taps, panels)
    return panels
