"""The same maths as plain Python loops: slow, obvious, and what every faster rung is measured against.

It shares no code with them. Arrays come checked from `tinyconv.functional`; a `note` is told every
intermediate. Letters as in `tinyconv.shapes`.
"""

import math
from itertools import product

import numpy as np

from tinyconv.shapes import Array, Pair
from tinyconv.trace import Note


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
    """Lay every kernel on every place: multiply, add up, add the bias."""
    (SH, SW), (DH, DW), (OH, OW) = stride, dilation, output_size
    F, CG, KH, KW = weight.shape  # CG = C/G: the channels that one filter sees
    padded = note("padded", pad(x, padding))
    y = np.zeros((len(x), F, OH, OW), x.dtype)
    for n, f, oh, ow in np.ndindex(y.shape):
        first = f // (F // groups) * CG  # the first channel of this filter's group
        total = x.dtype.type(0)
        for c, kh, kw in product(range(CG), range(KH), range(KW)):
            total += weight[f, c, kh, kw] * padded[n, first + c, oh * SH + kh * DH, ow * SW + kw * DW]
        y[n, f, oh, ow] = total if bias is None else total + bias[f]
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
    """Send each output's gradient back to the pixel and to the weight of each of its products."""
    (SH, SW), (DH, DW) = stride, dilation
    F, CG, KH, KW = weight.shape
    (top, _), (left, _) = padding
    H, W = x.shape[2:]
    padded = pad(x, padding)
    dpadded, dweight, dbias = np.zeros_like(padded), np.zeros_like(weight), np.zeros(F, x.dtype)
    for n, f, oh, ow in np.ndindex(dy.shape):
        first = f // (F // groups) * CG
        dbias[f] += dy[n, f, oh, ow]
        for c, kh, kw in product(range(CG), range(KH), range(KW)):
            place = n, first + c, oh * SH + kh * DH, ow * SW + kw * DW
            dweight[f, c, kh, kw] += dy[n, f, oh, ow] * padded[place]
            dpadded[place] += dy[n, f, oh, ow] * weight[f, c, kh, kw]
    dpadded = note("dpadded", dpadded)
    dx = dpadded[:, :, top : top + H, left : left + W].copy()  # (N, C, H, W)
    return dx, dweight, dbias


def relu_forward(x: Array) -> Array:
    """Keep what is positive (and NaN), put 0 for the rest."""
    y = np.zeros(x.shape, x.dtype)
    for place in np.ndindex(x.shape):
        if not x[place] <= 0:
            y[place] = x[place]
    return y


def relu_backward(dy: Array, y: Array) -> Array:
    """Let the gradient through where the output is not 0."""
    dx = np.zeros(dy.shape, dy.dtype)
    for place in np.ndindex(dy.shape):
        if not y[place] <= 0:
            dx[place] = dy[place]
    return dx


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


def linear_forward(x: Array, weight: Array, bias: Array | None) -> Array:
    """Return one weighted sum of the features per output: x is (N, D), weight (F, D), the result (N, F)."""
    y = np.zeros((len(x), len(weight)), x.dtype)
    for n, f in np.ndindex(y.shape):
        for d in range(x.shape[1]):
            y[n, f] += x[n, d] * weight[f, d]
        if bias is not None:
            y[n, f] += bias[f]
    return y


def linear_backward(dy: Array, x: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Send each output's gradient back to the feature and to the weight of each of its products."""
    dx, dweight, dbias = np.zeros_like(x), np.zeros_like(weight), np.zeros(len(weight), x.dtype)
    for n, f in np.ndindex(dy.shape):
        dbias[f] += dy[n, f]
        for d in range(x.shape[1]):
            dx[n, d] += dy[n, f] * weight[f, d]
            dweight[f, d] += dy[n, f] * x[n, d]
    return dx, dweight, dbias


def log_softmax(logits: Array) -> Array:
    """Return the log of each row's softmax; the row's largest logit is taken off first, so exp is safe."""
    result = np.zeros(logits.shape, logits.dtype)
    for n, row in enumerate(logits):
        largest = max(row)
        total = sum(math.exp(value - largest) for value in row)
        for f, value in enumerate(row):
            result[n, f] = value - largest - math.log(total)
    return result
