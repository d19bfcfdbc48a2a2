"""im2col copies the patch under each output pixel into a column; col2im adds the columns back."""

import numpy as np

from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array, Pair, plain
from tinyconv.kernels.lending import empty
from tinyconv.kernels.turns import turns


@kernel
def fill_columns(worker, workers, padded, columns, SH, SW, DH, DW):  # type: ignore[no-untyped-def]
    """Columns (N, C, KH, KW, OH, OW) from the padded images (N, C, H, W); a worker owns a channel."""
    N, C, KH, KW, OH, OW = columns.shape
    for plane in turns(N * C, worker, workers):
        n, c = plane // C, plane % C
        for kh in range(KH):
            for kw in range(KW):
                for oh in range(OH):
                    pixels = padded[n, c, oh * SH + kh * DH, kw * DW :]
                    column = columns[n, c, kh, kw, oh]
                    for ow in range(OW):
                        column[ow] = pixels[ow * SW]


@kernel
def add_columns(worker, workers, columns, padded, SH, SW, DH, DW):  # type: ignore[no-untyped-def]
    """Add the columns (N, C, KH, KW, OH, OW) onto the padded images (N, C, H, W); a worker owns a channel."""
    N, C, KH, KW, OH, OW = columns.shape
    for plane in turns(N * C, worker, workers):
        n, c = plane // C, plane % C
        for kh in range(KH):
            for kw in range(KW):
                for oh in range(OH):
                    pixels = padded[n, c, oh * SH + kh * DH, kw * DW :]
                    column = columns[n, c, kh, kw, oh]
                    for ow in range(OW):
                        pixels[ow * SW] += column[ow]


def pad(x: Array, padding: tuple[Pair, Pair]) -> Array:
    """Surround every image with zeros; without padding, no copy is made of plain memory."""
    (top, bottom), (left, right) = padding
    if top == bottom == left == right == 0:
        return plain(x)
    N, C, H, W = x.shape
    padded = np.zeros((N, C, top + H + bottom, left + W + right), x.dtype)
    padded[:, :, top : top + H, left : left + W] = x
    return padded


def im2col(
    x: Array,
    kernel_size: Pair,
    stride: Pair,
    padding: tuple[Pair, Pair],
    dilation: Pair,
    output_size: Pair,
) -> Array:
    """Return the columns (N, C, KH, KW, OH, OW) of the images x (N, C, H, W)."""
    columns = empty((*x.shape[:2], *kernel_size, *output_size), x.dtype)
    fill_columns(pad(x, padding), columns, *stride, *dilation)
    return columns


def col2im(
    columns: Array, input_size: Pair, stride: Pair, padding: tuple[Pair, Pair], dilation: Pair
) -> Array:
    """Return the images (N, C, H, W): the sums of the columns (N, C, KH, KW, OH, OW)."""
    (top, bottom), (left, right), (H, W) = *padding, input_size
    padded = np.zeros((*columns.shape[:2], top + H + bottom, left + W + right), columns.dtype)
    add_columns(plain(columns), padded, *stride, *dilation)
    return padded[:, :, top : top + H, left : left + W].copy()
