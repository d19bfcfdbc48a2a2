"""The heart of a convolution: panels times planes, tile by tile, each row of the product where it belongs.

    out[n, f, i, j] = bias[f] + Σₖ weight[f, k] · planes[n, shifts[k] + origin + i·WQ + j]

`planes[shifts[k] + …]` is row k of the column matrix, read in place: it is never made. The forward pass is
one such correlation; the way back to the image is one for each phase of the stride.
"""

from typing import NamedTuple

import numpy as np
from numba import prange

from tinyconv.kernels import threads
from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import helper, kernel
from tinyconv.kernels.layout import Array, Pair, plain
from tinyconv.kernels.tile import make_tile

tile1, tile2, tile3 = make_tile(1), make_tile(2), make_tile(3)

CACHE = 384 * 1024  # bytes of planes that a band reads again and again: they stay in the second-level cache


class Reading(NamedTuple):
    """Where the products of one output lie in an image's planes, and which pixels of `out` they make."""

    shifts: Array  # (K,) the place of each product for output 0
    line: int  # from one row of outputs to the next
    origin: int = 0
    first: Pair = (0, 0)  # the row and column of `out` that output 0 is
    step: Pair = (1, 1)  # rows and columns of `out` from one output to the next


@helper
def multiply(panels, panel, planes, start, shifts, sums, vectors, lanes):  # type: ignore[no-untyped-def]
    """Fill sums (ROWS, vectors·lanes) with one block of filters times `vectors` vectors of the planes."""
    ld = vectors * lanes
    v = 0
    while v < vectors:
        left = vectors - v
        if left == 1:
            tile1(panels, panel, planes, start + v * lanes, shifts, sums, v * lanes, ld)
            v += 1
        elif left == 2 or left == 4:
            tile2(panels, panel, planes, start + v * lanes, shifts, sums, v * lanes, ld)
            v += 2
        else:
            tile3(panels, panel, planes, start + v * lanes, shifts, sums, v * lanes, ld)
            v += 3


@kernel
def fill(planes, per_image, shifts, panels, bias, out, origin, line, rows, first, step, lanes):  # type: ignore[no-untyped-def]
    """Fill out[:, :, first::step], `rows` rows of outputs at a time; a thread owns a band of an image."""
    N, F, H, W = out.shape
    G, B, K, R = panels.shape
    OH, OW = (H - first[0] + step[0] - 1) // step[0], (W - first[1] + step[1] - 1) // step[1]
    bands = (OH + rows - 1) // rows
    flat = panels.reshape(-1)
    for task in prange(N * G * bands):
        n, g, top = task // (G * bands), task // bands % G, task % bands * rows
        height = min(rows, OH - top)
        vectors = ((height - 1) * line + OW + lanes - 1) // lanes
        ld = vectors * lanes
        sums = np.empty(R * ld, planes.dtype)
        start = n * per_image + g * (per_image // G) + origin + top * line
        for b in range(B):
            multiply(flat, (g * B + b) * K * R, planes, start, shifts, sums, vectors, lanes)
            for m in range(min(R, F // G - b * R)):
                f = g * (F // G) + b * R + m
                for i in range(height):
                    target = out[n, f, first[0] + (top + i) * step[0], first[1] :]
                    total = sums[m * ld + i * line : m * ld + i * line + OW]
                    for j in range(OW):
                        target[j * step[1]] = total[j] + bias[f]


def correlate(planes: Array, panels: Array, reading: Reading, out: Array, bias: Array | None = None) -> None:
    """Fill out (N, F, H, W), or every `step`-th pixel of it, from flat planes and panels (G, B, K, ROWS)."""
    N, F, H, _ = out.shape
    G = len(panels)
    shifts, line, origin, first, step = reading
    if not N:
        return
    bias = np.zeros(F, out.dtype) if bias is None else plain(bias)
    lanes = HOST.lanes(out.itemsize)
    per_image = (planes.size - lanes) // N
    outputs = -(-(H - first[0]) // step[0])  # rows
    rows = band(outputs, N * G, per_image // G // outputs * out.itemsize)
    fill(planes, per_image, shifts, panels, bias, out, origin, line, rows, first, step, lanes)


def band(rows: int, images: int, bytes_per_row: int) -> int:
    """Return how many rows a task takes: few enough for the cache, and for every thread to have work."""
    fits = max(1, CACHE // max(1, bytes_per_row))
    bands = max(-(-rows // fits), -(-2 * threads.get_num_threads() // images))
    return -(-rows // min(bands, rows))
