"""Convolution as one matrix product: filters, one per row, times the column matrix."""

from collections.abc import Callable

import numpy as np

from tinyconv.kernels.im2col import col2im, im2col, pad
from tinyconv.kernels.layout import Array, Pair

NoteLike = Callable[[str, Array], Array]


def conv2d_forward(
    x: Array,
    weight: Array,
    bias: Array | None,
    stride: Pair,
    padding: tuple[Pair, Pair],
    dilation: Pair,
    groups: int,
    output_size: Pair,
    note: NoteLike,
) -> Array:
    """Return y (N, F, OH, OW) for x (N, C, H, W) and weight (F, C/G, KH, KW)."""
    N, F, (OH, OW) = len(x), len(weight), output_size
    K = weight[0].size  # C/G·KH·KW: the length of a column
    padded = note("padded", pad(x, padding))
    columns = im2col(padded, weight.shape[2:], stride, dilation, output_size)
    columns = note("columns", columns.reshape(N, groups, K, OH * OW))
    filters = weight.reshape(groups, F // groups, K)
    y = np.matmul(filters, columns).reshape(N, F, OH, OW)
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
    note: NoteLike,
) -> tuple[Array, Array, Array]:
    """Return dx, dweight and dbias; the columns are made again, which is cheaper than keeping them."""
    (N, C, H, W), (OH, OW) = x.shape, dy.shape[2:]
    (F, _, KH, KW), K = weight.shape, weight[0].size
    (top, _), (left, _) = padding
    padded = pad(x, padding)
    columns = im2col(padded, (KH, KW), stride, dilation, (OH, OW)).reshape(N, groups, K, OH * OW)
    dproduct = dy.reshape(N, groups, F // groups, OH * OW)

    dweight = np.matmul(dproduct, columns.swapaxes(2, 3)).sum(axis=0)  # (G, F/G, K): images in their order
    filters = weight.reshape(groups, F // groups, K)
    dcolumns = note("dcolumns", np.matmul(filters.swapaxes(1, 2), dproduct))  # (N, G, K, OH·OW)
    taps = dcolumns.reshape(N, C, KH, KW, OH, OW)
    dpadded = note("dpadded", col2im(taps, padded.shape[2:], stride, dilation))
    dx = dpadded[:, :, top : top + H, left : left + W].copy()
    return dx, dweight.reshape(weight.shape), dy.sum(axis=(0, 2, 3))
