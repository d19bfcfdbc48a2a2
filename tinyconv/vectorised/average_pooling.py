"""Average-pool: the taps of all windows added up at once."""

import numpy as np

from tinyconv.shapes import Array, Pair
from tinyconv.vectorised.im2col import add_columns, framed, windows


def avg_pool2d_forward(
    x: Array,
    kernel_size: Pair,
    stride: Pair,
    padding: tuple[Pair, Pair],
    output_size: Pair,
    count_include_pad: bool,
) -> Array:
    """Return the mean of every window."""
    geometry = kernel_size, stride, (1, 1), output_size
    counts = _counts(x.shape[2:], padding, geometry, count_include_pad)  # (1, 1, OH, OW)
    sums = windows(framed(x, 0, padding, *geometry), *geometry).sum(axis=(2, 3))  # (N, C, OH, OW)
    return sums / counts.astype(x.dtype)


def avg_pool2d_backward(
    dy: Array,
    input_size: Pair,
    kernel_size: Pair,
    stride: Pair,
    padding: tuple[Pair, Pair],
    count_include_pad: bool,
) -> Array:
    """Give every pixel of a window its share; where windows overlap, gradients add up."""
    (top, _), (left, _), (H, W), (KH, KW) = *padding, input_size, kernel_size
    (N, C, OH, OW), geometry = dy.shape, (kernel_size, stride, (1, 1), dy.shape[2:])
    shares = dy / _counts(input_size, padding, geometry, count_include_pad).astype(dy.dtype)
    columns = np.broadcast_to(shares[:, :, None, None], (N, C, KH, KW, OH, OW))
    padded = np.zeros((N, C, top + H + KH, left + W + KW), dy.dtype)  # the last window starts on the image
    add_columns(columns, padded, stride, (1, 1))
    return padded[:, :, top : top + H, left : left + W].copy()


def _counts(
    input_size: Pair,
    padding: tuple[Pair, Pair],
    geometry: tuple[Pair, Pair, Pair, Pair],
    count_include_pad: bool,
) -> Array:
    """Return how many taps of each window count, (1, 1, OH, OW): never one beyond the padding."""
    counted = np.ones((1, 1, *input_size), np.int64)
    if count_include_pad:
        counted, padding = np.pad(counted, ((0, 0), (0, 0), *padding), constant_values=1), ((0, 0), (0, 0))
    return windows(framed(counted, 0, padding, *geometry), *geometry).sum(axis=(2, 3))


def global_avg_pool2d_forward(x: Array) -> Array:
    """Return the mean of every map: (N, C, H, W) → (N, C)."""
    return x.mean(axis=(2, 3))


def global_avg_pool2d_backward(dy: Array, input_size: Pair) -> Array:
    """Give every pixel of a map the same share."""
    H, W = input_size
    return np.broadcast_to((dy / (H * W))[:, :, None, None], (*dy.shape, H, W)).copy()
