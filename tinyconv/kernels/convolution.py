"""Convolution, forward and backward, on planes: no column matrix is ever made.

A batch goes through in parts, so that what is laid out for a few images is used while it is in the cache.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from tinyconv.kernels.correlation import correlate
from tinyconv.kernels.im2col import im2col, pad
from tinyconv.kernels.layout import Array, Pair, plain
from tinyconv.kernels.outer import WeightGradient, turn_gradients
from tinyconv.kernels.panels import pack, pack_back
from tinyconv.kernels.planes import Planes, split
from tinyconv.kernels.plans import backward_plan, forward_plan
from tinyconv.kernels.scratch import parts


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
    planes, reading = forward_plan(
        group_of(weight, groups), stride, dilation, before(padding), output_size, x.shape[3]
    )
    panels, bias = pack(weight, groups), plain_bias(bias, weight)
    y = np.empty((len(x), len(weight), *output_size), x.dtype)
    for part in parts(len(x), reading.size * groups * x.itemsize):
        correlate(split(x[part], planes), panels, reading, y[part], bias)
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
    where = stride, before(padding), dilation, groups
    dx = image_gradient(lambda part, planes: split(dy[part], planes), x, weight, *where)
    return dx, *conv2d_parameter_gradients(dy, x, weight, stride, padding, dilation, groups)


def conv2d_parameter_gradients(
    dy: Array,
    x: Array,
    weight: Array,
    stride: Pair,
    padding: tuple[Pair, Pair],
    dilation: Pair,
    groups: int,
) -> tuple[Array, Array]:
    """Return dweight and dbias."""
    where = stride, before(padding), dilation, groups, dy.shape[2:]
    return weight_gradients(lambda part: turn_gradients(dy[part], groups), x, weight, *where)


def image_gradient(
    lay_out: Callable[[slice, Planes], Array],
    x: Array,
    weight: Array,
    stride: Pair,
    before: Pair,
    dilation: Pair,
    groups: int,
) -> Array:
    """Return dx; `lay_out(part, planes)` returns the gradients by the output in planes, for some images."""
    back = backward_plan(group_of(weight, groups), stride, dilation, before, x.shape[2:])
    panels = [(pack_back(weight, groups, taps), reading) for taps, reading in back.phases]
    no_bias = np.zeros(x.shape[1], x.dtype)
    everywhere = len(back.phases) == stride[0] * stride[1]  # a stride beyond the kernel leaves pixels out
    dx = (np.empty if everywhere else np.zeros)(x.shape, x.dtype)
    for part in parts(len(x), len(weight) * back.planes.size * x.itemsize):
        planes = lay_out(part, back.planes)
        for phase, reading in panels:
            correlate(planes, phase, reading, dx[part], no_bias)
    return dx


def weight_gradients(
    lay_out: Callable[[slice], Array],
    x: Array,
    weight: Array,
    stride: Pair,
    before: Pair,
    dilation: Pair,
    groups: int,
    output_size: Pair,
) -> tuple[Array, Array]:
    """Return dweight and dbias; `lay_out(part)` turns the gradients by the output, for some images."""
    filters = group_of(weight, groups)
    planes, reading = forward_plan(filters, stride, dilation, before, output_size, x.shape[3])
    sums = WeightGradient(reading, groups, filters[0], x.dtype)
    for part in parts(len(x), x[:1].nbytes + len(weight) * output_size[0] * output_size[1] * x.itemsize):
        sums.add(split(x[part], planes), lay_out(part))
    return sums.dweight(weight.shape), sums.dbias()


def group_of(weight: Array, groups: int) -> tuple[int, int, int, int]:
    """Return the shape (F/G, C/G, KH, KW) of one group's filters."""
    F, C, KH, KW = weight.shape
    return F // groups, C, KH, KW


def before(padding: tuple[Pair, Pair]) -> Pair:
    """Return the zeros above and left of the image."""
    (top, _), (left, _) = padding
    return top, left


def plain_bias(bias: Array | None, weight: Array) -> Array:
    """Return the bias (F,), zeros where there is none."""
    return np.zeros(len(weight), weight.dtype) if bias is None else plain(bias)


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
