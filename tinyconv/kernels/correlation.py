"""The heart of a convolution: panels times planes, tile by tile, each row of the product where it belongs.

    out[n, f, i, j] = bias[f] + Σₖ weight[f, k] · planes[n, shifts[k] + origin + i·WQ + j]

`planes[shifts[k] + …]` is row k of the column matrix, read in place: it is never made. The forward pass is
one such correlation; the way back to the image is one for each phase of the stride.
"""

import numpy as np
from numba import prange

from tinyconv.kernels import threads
from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import helper, kernel
from tinyconv.kernels.layout import Array
from tinyconv.kernels.plans import Reading
from tinyconv.kernels.tile import ROWS, make_tile

tile1, tile2, tile3 = make_tile(1), make_tile(2), make_tile(3)
half1, half2, half3 = make_tile(1, ROWS // 2), make_tile(2, ROWS // 2), make_tile(3, ROWS // 2)

CACHE = 384 * 1024  # bytes of planes that a band reads again and again: they stay in the second-level cache


@helper
def multiply(panels, panel, rows, planes, start, shifts, sums, columns, ld, lanes):  # type: ignore[no-untyped-def]
    """Fill sums (rows, ld) with one block of filters times `columns` neighbours of the planes.

    The last tile is moved back to end at the last column; only fewer columns than the `WIDEST` tile has are
    overrun, by less than a vector.
    """
    done = 0
    while done < columns:
        left = (columns - done + lanes - 1) // lanes
        width = 1 if left == 1 else 2 if left == 2 or left == 4 else 3
        at = max(0, min(done, columns - width * lanes))
        if rows == ROWS:
            if width == 3:
                tile3(panels, panel, planes, start + at, shifts, sums, at, ld)
            elif width == 2:
                tile2(panels, panel, planes, start + at, shifts, sums, at, ld)
            else:
                tile1(panels, panel, planes, start + at, shifts, sums, at, ld)
        elif width == 3:
            half3(panels, panel, planes, start + at, shifts, sums, at, ld)
        elif width == 2:
            half2(panels, panel, planes, start + at, shifts, sums, at, ld)
        else:
            half1(panels, panel, planes, start + at, shifts, sums, at, ld)
        done += width * lanes


@helper
def place_rows(sums, first, line, bias, wide, out):  # type: ignore[no-untyped-def]
    """Fill out (height, OW), contiguous, with rows of the sums.

    Whole vectors are moved at a time, `wide` numbers: each row overruns into the place of the next one.
    """
    height, OW = out.shape
    flat = out.reshape(-1)
    for i in range(height):
        count = wide if (i + 1) * OW + wide - OW <= flat.size else OW
        target, total = flat[i * OW : i * OW + count], sums[first + i * line : first + i * line + count]
        for j in range(count):
            target[j] = total[j] + bias


@kernel
def fill(planes, size, shifts, panels, bias, out, origin, line, rows, first, step, lanes):  # type: ignore[no-untyped-def]
    """Fill out[:, :, first::step], `rows` rows of outputs at a time; a thread owns a band of an image."""
    N, F, H, W = out.shape
    G, B, K, R = panels.shape
    OH, OW = (H - first[0] + step[0] - 1) // step[0], (W - first[1] + step[1] - 1) // step[1]
    bands = (OH + rows - 1) // rows
    flat = panels.reshape(-1)
    wide = (OW + lanes - 1) // lanes * lanes
    for task in prange(N * G * bands):
        n, g, top = task // (G * bands), task // bands % G, task % bands * rows
        height = min(rows, OH - top)
        columns = (height - 1) * line + OW
        ld = (columns + lanes - 1) // lanes * lanes
        sums = np.empty(R * ld + wide, planes.dtype)  # with room behind, for the last vector of a row
        start = (n * G + g) * size + origin + top * line
        for b in range(B):
            multiply(flat, (g * B + b) * K * R, R, planes, start, shifts, sums, columns, ld, lanes)
            for m in range(min(R, F // G - b * R)):
                f = g * (F // G) + b * R + m
                if OW == W and step[0] == 1:
                    place_rows(sums, m * ld, line, bias[f], wide, out[n, f, first[0] + top :][:height])
                    continue
                for i in range(height):
                    target = out[n, f, first[0] + (top + i) * step[0], first[1] :]
                    total = sums[m * ld + i * line : m * ld + i * line + OW]
                    for j in range(OW):
                        target[j * step[1]] = total[j] + bias[f]


def correlate(planes: Array, panels: Array, reading: Reading, out: Array, bias: Array) -> None:
    """Fill out (N, F, H, W), or every `step`-th pixel of it, from flat planes and panels (G, B, K, ROWS)."""
    shifts, line, size, origin, first, step = reading
    outputs = -(-(out.shape[2] - first[0]) // step[0])  # rows
    rows = band(outputs, len(out) * len(panels), size * out.itemsize)
    fill(planes, size, shifts, panels, bias, out, origin, line, rows, first, step, HOST.lanes(out.itemsize))


def band(rows: int, images: int, image_bytes: int) -> int:
    """Return how many rows a task takes: few enough for the cache, and for every thread to have work."""
    fits = max(1, CACHE * rows // max(1, image_bytes))
    bands = max(-(-rows // fits), -(-2 * threads.get_num_threads() // images))
    return -(-rows // min(bands, rows))
