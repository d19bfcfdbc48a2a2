"""im2col as a strided view of the padded image, and its transpose."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tinyconv.shapes import Array, Pair


def pad(x: Array, padding: tuple[Pair, Pair]) -> Array:
    """Surround every image with zeros."""
    return np.pad(x, ((0, 0), (0, 0), *padding))


def windows(padded: Array, kernel_size: Pair, stride: Pair, dilation: Pair, output_size: Pair) -> Array:
    """Return a view (no copy) of what each tap sees from each place: (N, C, KH, KW, OH, OW)."""
    (KH, KW), (SH, SW), (DH, DW), (OH, OW) = kernel_size, stride, dilation, output_size
    extent = DH * (KH - 1) + 1, DW * (KW - 1) + 1
    dense = sliding_window_view(padded, extent, axis=(2, 3))
    return dense[:, :, ::SH, ::SW, ::DH, ::DW][:, :, :OH, :OW].transpose(0, 1, 4, 5, 2, 3)


def im2col(
    x: Array,
    kernel_size: Pair,
    stride: Pair,
    padding: tuple[Pair, Pair],
    dilation: Pair,
    output_size: Pair,
) -> Array:
    """Return the columns (N, C, KH, KW, OH, OW): what each tap sees from each place."""
    return np.ascontiguousarray(windows(pad(x, padding), kernel_size, stride, dilation, output_size))


def col2im(
    columns: Array, input_size: Pair, stride: Pair, padding: tuple[Pair, Pair], dilation: Pair
) -> Array:
    """Add every entry of the columns (N, C, KH, KW, OH, OW) onto its pixel: the transpose of im2col."""
    (top, bottom), (left, right), (H, W) = *padding, input_size
    padded = np.zeros((*columns.shape[:2], top + H + bottom, left + W + right), columns.dtype)
    add_columns(columns, padded, stride, dilation)
    return padded[:, :, top : top + H, left : left + W].copy()


def framed(
    x: Array,
    fill: float,
    padding: tuple[Pair, Pair],
    kernel_size: Pair,
    stride: Pair,
    dilation: Pair,
    output_size: Pair,
) -> Array:
    """Lay the image into a frame that ends exactly where the last window does."""
    (top, _), (left, _) = padding
    height, width = (
        (steps - 1) * s + d * (k - 1) + 1
        for steps, s, d, k in zip(output_size, stride, dilation, kernel_size, strict=True)
    )
    framed = np.full((*x.shape[:2], height, width), fill, x.dtype)
    inner = framed[:, :, top : top + x.shape[2], left : left + x.shape[3]]
    inner[...] = x[:, :, : inner.shape[2], : inner.shape[3]]
    return framed


def add_columns(columns: Array, padded: Array, stride: Pair, dilation: Pair) -> None:
    """Add the columns (N, C, KH, KW, OH, OW) onto padded images, one tap of the kernel at a time."""
    (SH, SW), (DH, DW) = stride, dilation
    KH, KW, OH, OW = columns.shape[2:]
    for kh in range(KH):
        for kw in range(KW):
            rows = slice(kh * DH, kh * DH + (OH - 1) * SH + 1, SH)
            cols = slice(kw * DW, kw * DW + (OW - 1) * SW + 1, SW)
            padded[:, :, rows, cols] += columns[:, :, kh, kw]
