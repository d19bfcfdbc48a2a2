"""Panels: the filters, laid out as the tile reads them: for each step, ROWS numbers side by side."""

import numpy as np
from numba import prange

from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array, plain
from tinyconv.kernels.tile import ROWS


@kernel
def fill_panels(weight, panels):  # type: ignore[no-untyped-def]
    """Panels (G, B, K, ROWS) from weight (G, F/G, K): ROWS filters side by side, zeros for the missing."""
    G, B, K, R = panels.shape
    F = weight.shape[1]
    for block in prange(G * B):
        g, b = block // B, block % B
        for m in range(R):
            f = b * R + m
            for k in range(K):
                panels[g, b, k, m] = weight[g, f, k] if f < F else 0


@kernel
def fill_panels_back(weight, taps, panels):  # type: ignore[no-untyped-def]
    """Panels (G, B, F/G·T, ROWS) from weight (G, F/G, C/G, KH·KW): ROWS channels side by side, T taps."""
    G, B, _, R = panels.shape
    F, C = weight.shape[1:3]
    T = taps.size
    for block in prange(G * B):
        g, b = block // B, block % B
        for f in range(F):
            for m in range(R):
                c = b * R + m
                for t in range(T):
                    panels[g, b, f * T + t, m] = weight[g, f, c, taps[t]] if c < C else 0


def pack(weight: Array, groups: int) -> Array:
    """Return the panels (G, B, K, ROWS) of weight (F, C/G, KH, KW): K runs over channels and taps."""
    F, K = len(weight) // groups, weight[0].size
    panels = np.empty((groups, -(-F // ROWS), K, ROWS), weight.dtype)
    fill_panels(plain(weight).reshape(groups, F, K), panels)
    return panels


def pack_back(weight: Array, groups: int, taps: Array) -> Array:
    """Return the panels (G, B, K, ROWS) of the way back: rows are channels, K is filters and `taps`."""
    F, C, T = len(weight) // groups, weight.shape[1], len(taps)
    panels = np.empty((groups, -(-C // ROWS), F * T, ROWS), weight.dtype)
    fill_panels_back(plain(weight).reshape(groups, F, C, -1), taps, panels)
    return panels
