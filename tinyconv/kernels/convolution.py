"""Convolution, forward and backward, on planes: no column matrix is ever made."""

from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np

from tinyconv.kernels.correlation import Reading, correlate
from tinyconv.kernels.im2col import im2col, pad
from tinyconv.kernels.layout import Array, Pair
from tinyconv.kernels.outer import gradient_of_bias, gradient_of_weights
from tinyconv.kernels.panels import pack, pack_back
from tinyconv.kernels.planes import Phases, Planes, planes_for, split


class NoteLike(Protocol):
    """Who is told intermediates: see `tinyconv.trace`."""

    @property
    def keeps(self) -> bool:
        """Whether it keeps what it is told."""

    def __call__(self, name: str, array: Array) -> Array:
        """Return the array."""


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
    if note.keeps:  # the tile reads the columns in place: they are made only to be looked at
        _show_columns(x, weight, stride, padding, dilation, groups, output_size, note)
    planes, reading = forward_plan(weight.shape[1:], stride, dilation, output_size)
    y = np.empty((len(x), len(weight), *output_size), x.dtype)
    correlate(split(x, planes, (padding[0][0], padding[1][0])), pack(weight, groups), reading, y, bias)
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
    """Return dx, dweight and dbias."""
    before = padding[0][0], padding[1][0]
    planes = planes_for(weight.shape[2:], stride, dilation, dy.shape[2:])
    dweight = gradient_of_weights(dy, x, planes, before, groups)
    back = _backward_plan(len(weight) // groups, weight.shape[2:], stride, dilation, before, x.shape[2:])
    gradients = split(dy, back.planes, back.before)
    dx = np.zeros(x.shape, dy.dtype)  # a stride larger than the kernel leaves pixels out
    for taps, reading in back.phases:
        correlate(gradients, pack_back(weight, groups, taps), reading, dx)
    return dx, dweight, gradient_of_bias(dy)


def _show_columns(
    x: Array,
    weight: Array,
    stride: Pair,
    padding: tuple[Pair, Pair],
    dilation: Pair,
    groups: int,
    output_size: Pair,
    note: NoteLike,
) -> None:
    """Tell the column matrix (N, G, C/G·KH·KW, OH·OW), whose product with the filters is the output."""
    note("padded", pad(x, padding))
    columns = im2col(x, weight.shape[2:], stride, padding, dilation, output_size)
    note("columns", columns.reshape(len(x), groups, weight[0].size, output_size[0] * output_size[1]))


@lru_cache(maxsize=1024)
def forward_plan(
    filter_shape: tuple[int, int, int], stride: Pair, dilation: Pair, output_size: Pair
) -> tuple[Planes, Reading]:
    """Return how the image is laid out, and where each product of an output lies."""
    C, KH, KW = filter_shape
    planes = planes_for((KH, KW), stride, dilation, output_size)
    return planes, Reading(_over_channels(C, planes, planes.places), planes.cols.length)


class _BackwardPlan(NamedTuple):
    """How dy is laid out, and for each phase of dx the taps that read it and where their products lie."""

    planes: Planes
    before: Pair
    phases: list[tuple[Array, Reading]]


@lru_cache(maxsize=1024)
def _backward_plan(
    F: int, kernel_size: Pair, stride: Pair, dilation: Pair, before: Pair, input_size: Pair
) -> _BackwardPlan:
    """Plan dx: pixel q·s + r of the padded image got products from outputs q − shift of the taps in phase r.

    So each phase of dx is a correlation of dy with the taps of that phase, turned around.
    """
    rows, cols = (Phases.of(k, s, d, 1) for k, s, d in zip(kernel_size, stride, dilation, strict=True))
    reach = int(rows.shift[-1]), int(cols.shift[-1])
    HQ, WQ = (
        (b + size - 1) // s + r + 1 for b, size, s, r in zip(before, input_size, stride, reach, strict=True)
    )
    planes = Planes(Phases.whole(HQ), Phases.whole(WQ))
    found = []
    for i, row in enumerate(rows.offsets.tolist()):
        for j, col in enumerate(cols.offsets.tolist()):
            kh, kw = np.flatnonzero(rows.of_tap == i), np.flatnonzero(cols.of_tap == j)
            places = (reach[0] - rows.shift[kh])[:, None] * WQ + reach[1] - cols.shift[kw]  # (|kh|, |kw|)
            q = -min(0, (row - before[0]) // stride[0]), -min(0, (col - before[1]) // stride[1])
            first = q[0] * stride[0] + row - before[0], q[1] * stride[1] + col - before[1]
            if first[0] < input_size[0] and first[1] < input_size[1]:
                taps = (kh[:, None] * kernel_size[1] + kw).reshape(-1)
                reading = Reading(_over_channels(F, planes, places), WQ, q[0] * WQ + q[1], first, stride)
                found.append((taps, reading))
    return _BackwardPlan(planes, reach, found)


def _over_channels(channels: int, planes: Planes, places: Array) -> Array:
    """Return the places (channels · taps,) in an image's planes, of places within one channel's."""
    return (np.arange(channels)[:, None, None] * planes.size + places).reshape(-1)
