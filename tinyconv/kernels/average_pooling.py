"""Average-pool: the mean of every window, and the way back to all its pixels."""

import numpy as np

from tinyconv.kernels.jit import helper, kernel
from tinyconv.kernels.layout import Array, Pair, plain
from tinyconv.kernels.lending import empty
from tinyconv.kernels.turns import turns


@helper
def span(step, kernel, stride, before, after, size, count_padding):  # type: ignore[no-untyped-def]
    """Return the pixels [first, stop) of one axis that a window sees, and how many of its taps count."""
    start = step * stride - before
    stop = min(start + kernel, size + after)
    first, last = max(start, 0), min(stop, size)
    return first, last, stop - start if count_padding else last - first


@kernel
def fill_averages(  # type: ignore[no-untyped-def]
    worker, workers, x, y, KH, KW, SH, SW, top, bottom, left, right, count_padding
):
    """Fill y (NC, OH, OW) from the planes x (NC, H, W); a worker owns a plane."""
    NC, H, W = x.shape
    OH, OW = y.shape[1:]
    for plane in turns(NC, worker, workers):
        for oh in range(OH):
            h1, h2, rows = span(oh, KH, SH, top, bottom, H, count_padding)
            for ow in range(OW):
                w1, w2, cols = span(ow, KW, SW, left, right, W, count_padding)
                total = 0.0
                for h in range(h1, h2):
                    for w in range(w1, w2):
                        total += x[plane, h, w]
                y[plane, oh, ow] = total / (rows * cols)


@kernel
def return_shares(  # type: ignore[no-untyped-def]
    worker, workers, dy, dx, KH, KW, SH, SW, top, bottom, left, right, count_padding
):
    """Add the shares of dy (NC, OH, OW) onto the windows' pixels in dx (NC, H, W); a worker owns a plane."""
    NC, H, W = dx.shape
    OH, OW = dy.shape[1:]
    for plane in turns(NC, worker, workers):
        for oh in range(OH):
            h1, h2, rows = span(oh, KH, SH, top, bottom, H, count_padding)
            for ow in range(OW):
                w1, w2, cols = span(ow, KW, SW, left, right, W, count_padding)
                part = dy[plane, oh, ow] / (rows * cols)
                for h in range(h1, h2):
                    for w in range(w1, w2):
                        dx[plane, h, w] += part


def avg_pool2d_forward(
    x: Array,
    kernel_size: Pair,
    stride: Pair,
    padding: tuple[Pair, Pair],
    output_size: Pair,
    count_include_pad: bool,
) -> Array:
    """Return the mean of every window."""
    N, C, H, W = x.shape
    y = empty((N * C, *output_size), x.dtype)
    planes = plain(x).reshape(N * C, H, W)
    fill_averages(planes, y, *kernel_size, *stride, *padding[0], *padding[1], count_include_pad)
    return y.reshape(N, C, *output_size)


def avg_pool2d_backward(
    dy: Array,
    input_size: Pair,
    kernel_size: Pair,
    stride: Pair,
    padding: tuple[Pair, Pair],
    count_include_pad: bool,
) -> Array:
    """Give every pixel of a window its share; where windows overlap, gradients add up."""
    N, C, OH, OW = dy.shape
    dx = np.zeros((N * C, *input_size), dy.dtype)
    planes = plain(dy).reshape(N * C, OH, OW)
    return_shares(planes, dx, *kernel_size, *stride, *padding[0], *padding[1], count_include_pad)
    return dx.reshape(N, C, *input_size)
