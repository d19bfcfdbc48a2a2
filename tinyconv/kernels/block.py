"""conv → ReLU → max-pool in one go: the sums are pooled while they are still in the cache.

What no later step needs is never written: neither the convolution's output nor the ReLU's. Of the pool two
things stay: the maxima, and one byte each that says which pixel of its window won. Only those pixels have a
gradient, so only they are multiplied on the way back.
"""

import numpy as np
from numba import prange

from tinyconv.kernels.convolution import before, group_of, image_gradient, plain_bias, weight_gradients
from tinyconv.kernels.correlation import band, multiply
from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import helper, kernel
from tinyconv.kernels.layout import Array, Pair
from tinyconv.kernels.outer import turn_gradients
from tinyconv.kernels.panels import pack
from tinyconv.kernels.patches import patches_of
from tinyconv.kernels.planes import split
from tinyconv.kernels.plans import forward_plan
from tinyconv.kernels.pool_tile import make_pool_tile
from tinyconv.kernels.scratch import parts
from tinyconv.kernels.sparse_image import ImageGradient
from tinyconv.kernels.sparse_weights import WeightSums
from tinyconv.kernels.winners import Upstream

pool_tile = make_pool_tile()


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
    planes, size, shifts, panels, bias, y, winners, line, OH, OW, rows, KH, KW, SH, SW, lanes
):
    """Fill y and winners (N, F, PH, PW), `rows` rows at a time; a thread owns a band of an image."""
    N, F, PH, PW = y.shape
    G, B, K, R = panels.shape
    bands = (PH + rows - 1) // rows
    flat = panels.reshape(-1)
    wide = (PW + lanes - 1) // lanes * lanes
    for task in prange(N * G * bands):
        n, g, top = task // (G * bands), task // bands % G, task % bands * rows
        count = min(rows, PH - top)
        height = min(OH - top * SH, (count - 1) * SH + KH)  # rows of the convolution
        columns = (height - 1) * line + OW
        ld = (columns + lanes - 1) // lanes * lanes
        sums = np.empty(R * ld + 2 * wide * SW, planes.dtype)  # room behind, for the last vector of a row
        best, seen = np.empty(count * PW + wide, planes.dtype), np.empty(wide, planes.dtype)
        winner = np.empty(count * PW + wide, np.uint8)
        start = (n * G + g) * size + top * SH * line
        for b in range(B):
            multiply(flat, (g * B + b) * K * R, R, planes, start, shifts, sums, columns, ld, lanes)
            for m in range(min(R, F // G - b * R)):
                f = g * (F // G) + b * R + m
                for p in range(count):  # each row overruns into the next one's place
                    first, here = m * ld + p * SH * line, min(KH, height - p * SH)
                    if KH == KW == SH == SW == here == 2 and 2 * PW <= OW:
                        pool_tile(sums, first, line, bias, f, best, winner, p * PW, wide // lanes)
                    else:
                        maxima, taps = best[p * PW : p * PW + wide], winner[p * PW : p * PW + wide]
                        pool_row(sums, first, line, here, OW, bias[f], maxima, taps, seen, PW, KW, SW)
                maxima, taps = y[n, f, top:].reshape(-1), winners[n, f, top:].reshape(-1)
                for q in range(count * PW):
                    maxima[q] = best[q]
                for q in range(count * PW):
                    taps[q] = winner[q]


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
    shape = (len(x), len(weight), *output_size)
    y, winners = np.empty(shape, x.dtype), np.empty(shape, np.uint8)
    planes, reading = forward_plan(
        group_of(weight, groups), stride, dilation, before(padding), conv_size, x.shape[3]
    )
    panels, bias, lanes = pack(weight, groups), plain_bias(bias, weight), HOST.lanes(x.itemsize)
    image_bytes = reading.size * x.itemsize
    for part in parts(len(x), groups * image_bytes):
        rows = band(output_size[0], len(x[part]) * groups, image_bytes)
        made = y[part], winners[part], reading.line, *conv_size, rows, *pool_size, *pool_stride, lanes
        fill_pooled(split(x[part], planes), reading.size, reading.shifts, panels, bias, *made)
    return y, winners


def block_backward(
    upstream: Upstream,
    x: Array,
    weight: Array,
    stride: Pair,
    padding: tuple[Pair, Pair],
    dilation: Pair,
    groups: int,
) -> tuple[Array, Array, Array]:
    """Return dx, dweight and dbias."""
    where = stride, before(padding), dilation, groups
    dx, gradients = _short_way(upstream, x, weight, *where, wants_dx=True)
    if dx is None:
        dx = image_gradient(upstream.in_planes, x, weight, *where)
    return dx, *(gradients or _long_way(upstream, x, weight, *where))


def block_parameter_gradients(
    upstream: Upstream,
    x: Array,
    weight: Array,
    stride: Pair,
    padding: tuple[Pair, Pair],
    dilation: Pair,
    groups: int,
) -> tuple[Array, Array]:
    """Return dweight and dbias."""
    where = stride, before(padding), dilation, groups
    _, gradients = _short_way(upstream, x, weight, *where, wants_dx=False)
    return gradients or _long_way(upstream, x, weight, *where)


def _short_way(
    upstream: Upstream,
    x: Array,
    weight: Array,
    stride: Pair,
    before: Pair,
    dilation: Pair,
    groups: int,
    wants_dx: bool,
) -> tuple[Array | None, tuple[Array, Array] | None]:
    """Return dx, and dweight with dbias, from the winners alone; None for what has to go the long way."""
    lanes = HOST.lanes(x.itemsize)
    patches = patches_of(group_of(weight, groups), stride, dilation, upstream.conv_size, lanes)
    image = ImageGradient(weight, groups, patches, x) if wants_dx and ImageGradient.is_exact(weight) else None
    sums = WeightSums(weight, groups, patches)
    image_bytes = groups * patches.blocks * patches.size * x.itemsize
    for part in parts(len(x), image_bytes + upstream.list_bytes):
        winners = upstream.listed(part, (patches.down, patches.across))
        if image:
            image.fill(part, before, stride[0], winners)
        sums.add(x[part], before, winners)
    dx = image.dx if image else None
    del image  # and its table, as large as the weights, before they get company
    return dx, (sums.dweight(), sums.dbias) if sums.are_exact else None


def _long_way(
    upstream: Upstream, x: Array, weight: Array, stride: Pair, before: Pair, dilation: Pair, groups: int
) -> tuple[Array, Array]:
    """Return dweight and dbias, with all the zeros."""
    where = stride, before, dilation, groups, upstream.conv_size
    return weight_gradients(lambda part: turn_gradients(upstream.dense(part), groups), x, weight, *where)
