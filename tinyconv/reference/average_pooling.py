"""Average-pool: add up the pixels of every window, and divide."""

from itertools import product

import numpy as np

from tinyconv.shapes import Array, Pair


def avg_pool2d_forward(
    x: Array,
    kernel_size: Pair,
    stride: Pair,
    padding: tuple[Pair, Pair],
    output_size: Pair,
    count_include_pad: bool,
) -> Array:
    """Return the mean of every window."""
    y = np.zeros((*x.shape[:2], *output_size), x.dtype)
    for n, c, oh, ow in np.ndindex(y.shape):
        pixels, count = _under((oh, ow), x.shape[2:], kernel_size, stride, padding, count_include_pad)
        for h, w in pixels:
            y[n, c, oh, ow] += x[n, c, h, w]
        y[n, c, oh, ow] /= count
    return y


def avg_pool2d_backward(
    dy: Array,
    input_size: Pair,
    kernel_size: Pair,
    stride: Pair,
    padding: tuple[Pair, Pair],
    count_include_pad: bool,
) -> Array:
    """Give every pixel of a window its share; where windows overlap, gradients add up."""
    dx = np.zeros((*dy.shape[:2], *input_size), dy.dtype)
    for n, c, oh, ow in np.ndindex(dy.shape):
        pixels, count = _under((oh, ow), input_size, kernel_size, stride, padding, count_include_pad)
        for h, w in pixels:
            dx[n, c, h, w] += dy[n, c, oh, ow] / count
    return dx


def _under(
    place: Pair,
    input_size: Pair,
    kernel_size: Pair,
    stride: Pair,
    padding: tuple[Pair, Pair],
    count_include_pad: bool,
) -> tuple[list[Pair], int]:
    """Return the pixels under one output, and how many taps count: never one beyond the padding."""
    (oh, ow), (H, W), (KH, KW), (SH, SW) = place, input_size, kernel_size, stride
    (top, bottom), (left, right) = padding
    pixels, padded = [], 0
    for kh, kw in product(range(KH), range(KW)):
        h, w = oh * SH - top + kh, ow * SW - left + kw
        if 0 <= h < H and 0 <= w < W:
            pixels.append((h, w))
        elif h < H + bottom and w < W + right:
            padded += 1
    return pixels, len(pixels) + (padded if count_include_pad else 0)


def global_avg_pool2d_forward(x: Array) -> Array:
    """Return the mean of every map: (N, C, H, W) → (N, C)."""
    N, C, H, W = x.shape
    y = np.zeros((N, C), x.dtype)
    for n, c, h, w in np.ndindex(x.shape):
        y[n, c] += x[n, c, h, w]
    for n, c in np.ndindex(y.shape):
        y[n, c] /= H * W
    return y


def global_avg_pool2d_backward(dy: Array, input_size: Pair) -> Array:
    """Give every pixel of a map the same share."""
    H, W = input_size
    dx = np.zeros((*dy.shape, H, W), dy.dtype)
    for n, c, h, w in np.ndindex(dx.shape):
        dx[n, c, h, w] = dy[n, c] / (H * W)
    return dx
