"""conv → ReLU → max-pool in one go: the sums are pooled while they are still in the cache.

What no later step needs is never written: neither the convolution's output nor the ReLU's. Of the pool two
things stay: the maxima, and one byte each that says which pixel of its window won.
"""

import numpy as np
from numba import prange

from tinyconv.kernels.convolution import forward_plan
from tinyconv.kernels.correlation import band, multiply
from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import helper, kernel
from tinyconv.kernels.layout import Array, Pair, plain
from tinyconv.kernels.panels import pack
from tinyconv.kernels.planes import split
from tinyconv.kernels.scratch import scratch


@helper
def pool_row(sums, start, line, height, width, bias, best, winner, seen, PW, KW, SW):  # type: ignore[no-untyped-def]
    """Fill `PW` maxima, and winning taps kh·KW + kw, from `height` rows of sums, rectified on the way.

    `best`, `winner` and `seen` are whole vectors long. Loops run over neighbours and, where all windows have
    the tap, on to the end of the last vector: what is behind `PW` is never read.
    """
    zero = sums.dtype.type(0)
    best[:] = -np.inf
    winner[:] = 0
    for kh in range(height):
        for kw in range(KW):
            count = (width - kw + SW - 1) // SW  # windows that have this tap
            count = best.size if count >= PW else count
            pixels = sums[start + kh * line + kw :]
            if SW == 2:  # a stride that LLVM knows is a shuffle; one that it doesn't is a slow gather
                for q in range(count):
                    seen[q] = pixels[2 * q]
            else:
                for q in range(count):
                    seen[q] = pixels[q * SW]
            tap = np.uint8(kh * KW + kw)
            for q in range(count):
                value = seen[q] + bias
                value = zero if value <= zero else value
                wins = (value > best[q]) | (value != value)
                best[q] = value if wins else best[q]
                winner[q] = tap if wins else winner[q]


@kernel
def fill_pooled(  # type: ignore[no-untyped-def]
    planes, per_image, shifts, panels, bias, y, winners, line, OH, OW, rows, KH, KW, SH, SW, lanes
):
    """Fill y and winners (N, F, PH, PW), `rows` rows at a time; a thread owns a band of an image."""
    N, F, PH, PW = y.shape
    G, B, K, R = panels.shape
    bands = (PH + rows - 1) // rows
    flat = panels.reshape(-1)
    for task in prange(N * G * bands):
        n, g, top = task // (G * bands), task // bands % G, task % bands * rows
        count = min(rows, PH - top)
        height = min(OH - top * SH, (count - 1) * SH + KH)  # rows of the convolution
        vectors = ((height - 1) * line + OW + lanes - 1) // lanes
        wide = (PW + lanes - 1) // lanes * lanes
        ld = vectors * lanes
        sums = np.empty(R * ld + wide * SW, planes.dtype)  # with room behind, for the last vector of a row
        best, seen = np.empty(wide, planes.dtype), np.empty(wide, planes.dtype)
        winner = np.empty(wide, np.uint8)
        start = n * per_image + g * (per_image // G) + top * SH * line
        for b in range(B):
            multiply(flat, (g * B + b) * K * R, planes, start, shifts, sums, vectors, lanes)
            for m in range(min(R, F // G - b * R)):
                f = g * (F // G) + b * R + m
                for p in range(count):
                    first, here = m * ld + p * SH * line, min(KH, height - p * SH)
                    pool_row(sums, first, line, here, OW, bias[f], best, winner, seen, PW, KW, SW)
                    maxima, taps = y[n, f, top + p], winners[n, f, top + p]
                    for q in range(PW):
                        maxima[q] = best[q]
                        taps[q] = winner[q]


@kernel
def return_to_winners(dy, y, winners, dconv, KW, SH, SW):  # type: ignore[no-untyped-def]
    """Fill dconv (NF, OH, OW) with dy (NF, PH, PW) at each window's winner, if the ReLU let it through."""
    NF, PH, PW = dy.shape
    for plane in prange(NF):
        dconv[plane] = 0
        for p in range(PH):
            for q in range(PW):
                if not y[plane, p, q] <= 0:
                    winner = winners[plane, p, q]
                    dconv[plane, p * SH + winner // KW, q * SW + winner % KW] += dy[plane, p, q]


def block_forward(
    x: Array,
    weight: Array,
    bias: Array | None,
    stride: Pair,
    padding: tuple[Pair, Pair],
    dilation: Pair,
    groups: int,
    conv_size: Pair,
    pool_size: Pair,
    pool_stride: Pair,
    output_size: Pair,
) -> tuple[Array, Array]:
    """Return y and winners (N, F, PH, PW) for a convolution to `conv_size`, pooled to `output_size`."""
    N, F, (PH, PW), lanes = len(x), len(weight), output_size, HOST.lanes(x.itemsize)
    y, winners = np.empty((N, F, PH, PW), x.dtype), np.empty((N, F, PH, PW), np.uint8)
    if not N:
        return y, winners
    layout, reading = forward_plan(weight.shape[1:], stride, dilation, conv_size)
    planes = split(x, layout, (padding[0][0], padding[1][0]))
    per_image = x.shape[1] * layout.size
    fill_pooled(
        planes,
        per_image,
        reading.shifts,
        pack(weight, groups),
        np.zeros(F, x.dtype) if bias is None else plain(bias),
        y,
        winners,
        reading.line,
        *conv_size,
        band(PH, N * groups, per_image // groups // PH * x.itemsize),
        *pool_size,
        *pool_stride,
        lanes,
    )
    return y, winners


def block_backward(
    dy: Array, y: Array, winners: Array, conv_size: Pair, pool_size: Pair, pool_stride: Pair
) -> Array:
    """Return the gradient by the convolution's output, (N, F, OH, OW); it holds until the next call."""
    (N, F, PH, PW), (OH, OW) = dy.shape, conv_size
    dconv = scratch("dconv", N * F * OH * OW, dy.dtype).reshape(N * F, OH, OW)
    planes = (plain(array).reshape(N * F, PH, PW) for array in (dy, y, winners))
    return_to_winners(*planes, dconv, pool_size[1], *pool_stride)
    return dconv.reshape(N, F, OH, OW)
