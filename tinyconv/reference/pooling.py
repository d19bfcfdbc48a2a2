"""Max-pool: a search through every window."""

import math
from itertools import product

import numpy as np

from tinyconv.shapes import Array, Pair


def max_pool2d_forward(
    x: Array, kernel_size: Pair, stride: Pair, padding: tuple[Pair, Pair], dilation: Pair, output_size: Pair
) -> tuple[Array, Array]:
    """Return the largest pixel of every window, and where it stands: the flat index h·W + w."""
    (KH, KW), (SH, SW), (DH, DW) = kernel_size, stride, dilation
    (top, _), (left, _) = padding
    N, C, H, W = x.shape
    y = np.full((N, C, *output_size), -math.inf, x.dtype)
    indices = np.full(y.shape, -1, np.int64)  # -1: the window holds no pixel
    for n, c, oh, ow in np.ndindex(y.shape):
        for kh, kw in product(range(KH), range(KW)):
            h, w = oh * SH - top + kh * DH, ow * SW - left + kw * DW
            if not (0 <= h < H and 0 <= w < W):
                continue  # padding never wins
            value, best = x[n, c, h, w], y[n, c, oh, ow]
            if indices[n, c, oh, ow] < 0 or value > best or math.isnan(value):
                y[n, c, oh, ow], indices[n, c, oh, ow] = value, h * W + w
    return y, indices


def max_pool2d_backward(dy: Array, indices: Array, input_size: Pair) -> Array:
    """Give each window's gradient to its winner; where windows overlap, gradients add up."""
    W = input_size[1]
    dx = np.zeros(dy.shape[:2] + input_size, dy.dtype)
    for n, c, oh, ow in np.ndindex(dy.shape):
        index = indices[n, c, oh, ow]
        if index >= 0:
            dx[n, c, index // W, index % W] += dy[n, c, oh, ow]
    return dx
