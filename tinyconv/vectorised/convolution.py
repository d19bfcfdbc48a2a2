"""Convolution as one product of matrices."""

import numpy as np

from tinyconv.shapes import Array, Pair
from tinyconv.trace import Note
from tinyconv.vectorised.im2col import add_columns, pad, windows


def conv2d_forward(
    x: Array,
    weight: Array,
    bias: Array | None,
    stride: Pair,
    padding: tuple[Pair, Pair],
    dilation: Pair,
    groups: int,
    output_size: Pair,
    note: Note,
) -> Array:
    """Multiply the filters, one per row, with the column matrix."""
    F, _, KH, KW = weight.shape
    padded = note("padded", pad(x, padding))
    columns = note("columns", _column_matrix(padded, (KH, KW), stride, dilation, groups, output_size))
    filters = weight.reshape(groups, F // groups, columns.shape[2])
    y = np.matmul(filters, columns).reshape(len(x), F, *output_size)  # (N, G, F/G, OH·OW) → (N, F, OH, OW)
    if bias is not None:
        y += bias[:, None, None]
    return note("output", y)


def conv2d_backward(
    dy: Array,
    x: Array,
    weight: Array,
    stride: Pair,
    padding: tuple[Pair, Pair],
    dilation: Pair,
    groups: int,
    note: Note,
) -> tuple[Array, Array, Array]:
    """Transpose the forward pass: two matrix products, and columns that add up to the image."""
    F, _, KH, KW = weight.shape
    (top, _), (left, _) = padding
    (N, C, H, W), (OH, OW) = x.shape, dy.shape[2:]
    padded = pad(x, padding)
    columns = _column_matrix(padded, (KH, KW), stride, dilation, groups, (OH, OW))
    dproduct = dy.reshape(N, groups, F // groups, OH * OW)
    filters = weight.reshape(groups, F // groups, columns.shape[2])

    dweight = np.matmul(dproduct, columns.swapaxes(2, 3)).sum(axis=0).reshape(weight.shape)
    dcolumns = note("dcolumns", np.matmul(filters.swapaxes(1, 2), dproduct))  # (N, G, C/G·KH·KW, OH·OW)
    taps = dcolumns.reshape(N, C, KH, KW, OH, OW)
    dpadded = np.zeros_like(padded)
    add_columns(taps, dpadded, stride, dilation)
    dx = note("dpadded", dpadded)[:, :, top : top + H, left : left + W].copy()  # (N, C, H, W)
    return dx, dweight, dy.sum(axis=(0, 2, 3))


def _column_matrix(
    padded: Array, kernel_size: Pair, stride: Pair, dilation: Pair, groups: int, output_size: Pair
) -> Array:
    """Return (N, G, C/G·KH·KW, OH·OW): a column holds the patch under one output pixel."""
    patches = windows(padded, kernel_size, stride, dilation, output_size)
    N, C, KH, KW, OH, OW = patches.shape
    return patches.reshape(N, groups, C // groups * KH * KW, OH * OW)
