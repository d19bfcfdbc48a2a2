"""The patches under the output pixels, copied one number at a time."""

import numpy as np

from tinyconv.shapes import Array, Pair


def pad(x: Array, padding: tuple[Pair, Pair]) -> Array:
    """Surround every image with zeros."""
    (top, bottom), (left, right) = padding
    N, C, H, W = x.shape
    padded = np.zeros((N, C, top + H + bottom, left + W + right), x.dtype)
    for n, c, h, w in np.ndindex(x.shape):
        padded[n, c, top + h, left + w] = x[n, c, h, w]
    return padded


def im2col(
    x: Array,
    kernel_size: Pair,
    stride: Pair,
    padding: tuple[Pair, Pair],
    dilation: Pair,
    output_size: Pair,
) -> Array:
    """Copy the patch under each output pixel: (N, C, KH, KW, OH, OW)."""
    (SH, SW), (DH, DW) = stride, dilation
    padded = pad(x, padding)
    columns = np.zeros((*x.shape[:2], *kernel_size, *output_size), x.dtype)
    for n, c, kh, kw, oh, ow in np.ndindex(columns.shape):
        columns[n, c, kh, kw, oh, ow] = padded[n, c, oh * SH + kh * DH, ow * SW + kw * DW]
    return columns


def col2im(
    columns: Array, input_size: Pair, stride: Pair, padding: tuple[Pair, Pair], dilation: Pair
) -> Array:
    """Add every entry of the columns (N, C, KH, KW, OH, OW) onto the pixel that it came from."""
    (SH, SW), (DH, DW), (H, W) = stride, dilation, input_size
    (top, _), (left, _) = padding
    x = np.zeros(columns.shape[:2] + input_size, columns.dtype)
    for n, c, kh, kw, oh, ow in np.ndindex(columns.shape):
        h, w = oh * SH + kh * DH - top, ow * SW + kw * DW - left
        if 0 <= h < H and 0 <= w < W:
            x[n, c, h, w] += columns[n, c, kh, kw, oh, ow]
    return x
