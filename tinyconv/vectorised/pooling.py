"""Max-pool: the largest tap of every window at once."""

import numpy as np

from tinyconv.shapes import Array, Pair
from tinyconv.vectorised.im2col import framed, windows


def max_pool2d_forward(
    x: Array, kernel_size: Pair, stride: Pair, padding: tuple[Pair, Pair], dilation: Pair, output_size: Pair
) -> tuple[Array, Array]:
    """Return the largest pixel of every window, and where it stands: the flat index h·W + w."""
    N, C, H, W = x.shape
    geometry = kernel_size, stride, dilation, output_size
    taps = kernel_size[0] * kernel_size[1]
    positions = np.arange(H * W).reshape(1, 1, H, W)
    framed_x = framed(x, -np.inf, padding, *geometry)
    values = windows(framed_x, *geometry).reshape(N, C, taps, *output_size)  # (N, C, KH·KW, OH, OW)
    where = windows(framed(positions, -1, padding, *geometry), *geometry)  # -1: no pixel there
    where = np.broadcast_to(where.reshape(1, 1, taps, *output_size), values.shape)

    winner = _winning_tap(values, where)  # (N, C, 1, OH, OW)
    y = np.take_along_axis(values, winner, axis=2)[:, :, 0]
    return y, np.take_along_axis(where, winner, axis=2)[:, :, 0]


def _winning_tap(values: Array, where: Array) -> Array:
    """Return each window's winner: the last NaN, else the first of the largest, and never the padding."""
    missing = np.isnan(values)
    last_nan = values.shape[2] - 1 - missing[:, :, ::-1].argmax(axis=2, keepdims=True)
    largest = values.argmax(axis=2, keepdims=True)
    first_pixel = (where >= 0).argmax(axis=2, keepdims=True)  # wins where all pixels are −inf, as the frame
    outside = np.take_along_axis(where, largest, axis=2) < 0
    winner = np.where(outside, first_pixel, largest)
    return np.where(missing.any(axis=2, keepdims=True), last_nan, winner)


def max_pool2d_backward(dy: Array, indices: Array, input_size: Pair) -> Array:
    """Give each window's gradient to its winner; where windows overlap, gradients add up."""
    N, C = dy.shape[:2]
    dx = np.zeros((N, C, input_size[0] * input_size[1]), dy.dtype)
    n, c, oh, ow = np.nonzero(indices >= 0)
    np.add.at(dx, (n, c, indices[n, c, oh, ow]), dy[n, c, oh, ow])
    return dx.reshape(N, C, *input_size)
