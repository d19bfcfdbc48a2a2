"""Convolution: every product of a weight with a pixel, one after the other."""

from itertools import product

import numpy as np

from tinyconv.reference.im2col import pad
from tinyconv.shapes import Array, Pair
from tinyconv.trace import Note


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
