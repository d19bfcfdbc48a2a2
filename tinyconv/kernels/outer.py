"""The gradient of the weights: over all pixels, add up what each tap saw times the gradient of what it made.

    dweight[f, (kh, kw, c)] = Σₙ Σᵢ Σⱼ pixels[n, i + kh, j + kw, c] · dy[n, i, j, f]

Both operands are laid out with their channels last, so a tile reads ROWS neighbouring channels of a tap and
whole vectors of filters. Neighbouring taps of one row of the kernel see neighbouring pixels: together they
are one long run of numbers, which is cut into chunks of ROWS.
"""

from typing import NamedTuple

import numpy as np
from numba import prange

from tinyconv.kernels import threads
from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array, Pair, plain
from tinyconv.kernels.planes import Phases, Planes
from tinyconv.kernels.scratch import scratch
from tinyconv.kernels.tile import ROWS, make_outer_tile

outer1, outer2 = make_outer_tile(1), make_outer_tile(2)

BLOCK = 192  # pixels: two vectors of dy for each of them stay in the first-level cache


class Chunks(NamedTuple):
    """The rows of dweightᵀ, KH·KW·C/G of them, as chunks of up to ROWS numbers that lie side by side."""

    start: Array  # (chunks,) where in an image's planes the chunk of output 0 begins
    rows: Array  # (KH·KW·C/G,) the row of the sums, chunk · ROWS + m, that holds each row of dweightᵀ

    @classmethod
    def of(cls, positions: Array) -> "Chunks":
        """Cut the positions of all rows into chunks of neighbours.

        >>> Chunks.of(np.array([0, 1, 2, 9])).start
        array([0, 9])
        """
        starts: list[int] = []
        rows: list[int] = []
        filled = ROWS
        for position in positions.tolist():
            if filled == ROWS or position != starts[-1] + filled:
                starts.append(position)
                filled = 0
            rows.append((len(starts) - 1) * ROWS + filled)
            filled += 1
        return cls(np.array(starts, np.int64), np.array(rows, np.int64))


@kernel
def fill_channels_last(x, planes, width, row_offsets, col_offsets, SH, SW, top, left):  # type: ignore[no-untyped-def]
    """Planes (N, PH, PW, HQ, WQ, G, width) from x (N, G, C/G, H, W); what lies outside of the image is 0."""
    N, PH, PW, HQ, WQ, G, _ = planes.shape
    C, H, W = x.shape[2:]
    for task in prange(N * PH * PW * HQ):
        n, i, j, hq = task // (PH * PW * HQ), task // (PW * HQ) % PH, task // HQ % PW, task % HQ
        h = hq * SH + row_offsets[i] - top
        for g in range(G):
            for c in range(width):
                line = planes[n, i, j, hq, :, g, c]
                if h < 0 or h >= H or c >= C:
                    line[:] = 0
                    continue
                pixels = x[n, g, c, h]
                for wq in range(WQ):
                    w = wq * SW + col_offsets[j] - left
                    line[wq] = pixels[w] if 0 <= w < W else 0


@kernel
def add_outer_products(  # type: ignore[no-untyped-def]
    N, pixels, per_image, line, step, starts, dy, width, sums, OH, OW, rows, lanes, workers
):
    """Add the outer products of all pixels to sums (G, chunks, ROWS, width); a worker owns some of them."""
    G, chunks, R, _ = sums.shape
    tiles = (width // lanes + 1) // 2
    flat = sums.reshape(-1)
    units = G * tiles * chunks
    for worker in prange(workers):
        for n in range(N):
            for top in range(0, OH, rows):
                height = min(rows, OH - top)
                seen = n * per_image + top * line
                made = (n * OH + top) * OW * G * width
                for unit in range(worker * units // workers, (worker + 1) * units // workers):
                    g, v, chunk = unit // (tiles * chunks), unit // chunks % tiles * 2 * lanes, unit % chunks
                    l = seen + g * (step // G) + starts[chunk]  # noqa: E741
                    r = made + g * width + v
                    o = (g * chunks + chunk) * R * width + v
                    if v + 2 * lanes <= width:
                        outer2(pixels, l, line, step, dy, r, G * width, height, OW, flat, o, width)
                    else:
                        outer1(pixels, l, line, step, dy, r, G * width, height, OW, flat, o, width)


@kernel
def gather(sums, rows, dweight):  # type: ignore[no-untyped-def]
    """Fill dweight (G, F/G, C/G, KH·KW) from the sums (G, chunks·ROWS, width)."""
    G, F, C, taps = dweight.shape
    for task in prange(G * F):
        g, f = task // F, task % F
        for c in range(C):
            for tap in range(taps):
                dweight[g, f, c, tap] = sums[g, rows[tap * C + c], f]


@kernel
def sum_pixels(dy, dbias, partial):  # type: ignore[no-untyped-def]
    """Fill dbias (F,) with the sums of dy (N, F, P): `lanes` running sums, (F, lanes), are added up last."""
    N, F, P = dy.shape
    lanes = partial.shape[1]
    for f in prange(F):
        running = partial[f]
        for n in range(N):
            line = dy[n, f]
            for p in range(0, P - P % lanes, lanes):
                part = line[p : p + lanes]
                for lane in range(lanes):
                    running[lane] += part[lane]
            for p in range(P - P % lanes, P):
                running[p % lanes] += line[p]
        for lane in range(lanes):
            dbias[f] += running[lane]


def channels_last(
    purpose: str, x: Array, groups: int, width: int, planes: Planes, before: Pair = (0, 0)
) -> Array:
    """Return the planes of x (N, C, H, W), channels last, `width` per group, as one flat array with slack."""
    N, C, H, W = x.shape
    shape = N, *planes.shape, groups, width
    count = N * planes.size * groups * width
    flat = scratch(purpose, count + ROWS, x.dtype)
    flat[count:] = 0
    (rows, cols), images = planes, plain(x).reshape(N, groups, C // groups, H, W)
    fill_channels_last(
        images,
        flat[:count].reshape(shape),
        width,
        rows.offsets,
        cols.offsets,
        rows.stride,
        cols.stride,
        *before,
    )
    return flat


def gradient_of_weights(dy: Array, x: Array, planes: Planes, before: Pair, groups: int) -> Array:
    """Return dweight (F, C/G, KH, KW), for an x that is read by `planes`, with zeros `before` it."""
    C, (F, OH, OW), (KH, KW) = x.shape[1], dy.shape[1:], planes.places.shape
    lanes = HOST.lanes(x.itemsize)
    width = -(-(F // groups) // lanes) * lanes
    pixels = channels_last("pixels", x, groups, C // groups, planes, before)
    gradients = channels_last("gradients", dy, groups, width, Planes(Phases.whole(OH), Phases.whole(OW)))
    chunks = Chunks.of((planes.places[:, :, None] * C + np.arange(C // groups)).reshape(-1))
    sums = np.zeros((groups, len(chunks.start), ROWS, width), x.dtype)
    add_outer_products(
        len(x),
        pixels,
        planes.size * C,
        planes.cols.length * C,
        C,
        chunks.start,
        gradients,
        width,
        sums,
        OH,
        OW,
        max(1, BLOCK // OW),
        lanes,
        threads.get_num_threads(),
    )
    dweight = np.empty((groups, F // groups, C // groups, KH * KW), x.dtype)
    gather(sums.reshape(groups, -1, width), chunks.rows, dweight)
    return dweight.reshape(F, C // groups, KH, KW)


def gradient_of_bias(dy: Array) -> Array:
    """Return dbias (F,): the sum of dy (N, F, OH, OW) over images and pixels."""
    N, F, OH, OW = dy.shape
    dbias = np.zeros(F, dy.dtype)
    sum_pixels(plain(dy).reshape(N, F, OH * OW), dbias, np.zeros((F, HOST.lanes(dy.itemsize)), dy.dtype))
    return dbias
