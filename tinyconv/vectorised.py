"""The same maths in NumPy: im2col turns a convolution into one matrix product. No loop runs over pixels.

This is the rung between the plain loops and the compiled kernels: what a good course hands out. Arrays come
checked from `tinyconv.functional`; a `note` is told every intermediate.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tinyconv.shapes import Array, Pair
from tinyconv.trace import Note


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
    _add_columns(columns, padded, stride, dilation)
    return padded[:, :, top : top + H, left : left + W].copy()


def _add_columns(columns: Array, padded: Array, stride: Pair, dilation: Pair) -> None:
    (SH, SW), (DH, DW) = stride, dilation
    KH, KW, OH, OW = columns.shape[2:]
    for kh in range(KH):
        for kw in range(KW):
            rows = slice(kh * DH, kh * DH + (OH - 1) * SH + 1, SH)
            cols = slice(kw * DW, kw * DW + (OW - 1) * SW + 1, SW)
            padded[:, :, rows, cols] += columns[:, :, kh, kw]


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
    _add_columns(taps, dpadded, stride, dilation)
    dx = note("dpadded", dpadded)[:, :, top : top + H, left : left + W].copy()  # (N, C, H, W)
    return dx, dweight, dy.sum(axis=(0, 2, 3))


def _column_matrix(
    padded: Array, kernel_size: Pair, stride: Pair, dilation: Pair, groups: int, output_size: Pair
) -> Array:
    """Return (N, G, C/G·KH·KW, OH·OW): a column holds the patch under one output pixel."""
    patches = windows(padded, kernel_size, stride, dilation, output_size)
    N, C, KH, KW, OH, OW = patches.shape
    return patches.reshape(N, groups, C // groups * KH * KW, OH * OW)


def relu_forward(x: Array) -> Array:
    """Keep what is positive (and NaN), put 0 for the rest."""
    return np.where(x <= 0, x.dtype.type(0), x)


def relu_backward(dy: Array, y: Array) -> Array:
    """Let the gradient through where the output is not 0."""
    return np.where(y <= 0, dy.dtype.type(0), dy)


def max_pool2d_forward(
    x: Array, kernel_size: Pair, stride: Pair, padding: tuple[Pair, Pair], dilation: Pair, output_size: Pair
) -> tuple[Array, Array]:
    """Return the largest pixel of every window, and where it stands: the flat index h·W + w."""
    N, C, H, W = x.shape
    geometry = kernel_size, stride, dilation, output_size
    taps = kernel_size[0] * kernel_size[1]
    positions = np.arange(H * W).reshape(1, 1, H, W)
    framed_x = _framed(x, -np.inf, padding, *geometry)
    values = windows(framed_x, *geometry).reshape(N, C, taps, *output_size)  # (N, C, KH·KW, OH, OW)
    where = windows(_framed(positions, -1, padding, *geometry), *geometry)  # -1: no pixel there
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
    framed = np.take_along_axis(where, largest, axis=2) < 0
    winner = np.where(framed, first_pixel, largest)
    return np.where(missing.any(axis=2, keepdims=True), last_nan, winner)


def _framed(
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


def max_pool2d_backward(dy: Array, indices: Array, input_size: Pair) -> Array:
    """Give each window's gradient to its winner; where windows overlap, gradients add up."""
    N, C = dy.shape[:2]
    dx = np.zeros((N, C, input_size[0] * input_size[1]), dy.dtype)
    n, c, oh, ow = np.nonzero(indices >= 0)
    np.add.at(dx, (n, c, indices[n, c, oh, ow]), dy[n, c, oh, ow])
    return dx.reshape(N, C, *input_size)


def linear_forward(x: Array, weight: Array, bias: Array | None) -> Array:
    """Return one weighted sum of the features per output: x is (N, D), weight (F, D), the result (N, F)."""
    y = x @ weight.T
    if bias is not None:
        y += bias
    return y


def linear_backward(dy: Array, x: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Transpose the forward pass."""
    return dy @ weight, dy.T @ x, dy.sum(axis=0)


def log_softmax(logits: Array) -> Array:
    """Return the log of each row's softmax; the row's largest logit is taken off first, so exp is safe."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
