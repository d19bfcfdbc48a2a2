"""Convolution, forward and backward, on planes: no column matrix is ever made.

For the gradient of the weights a batch goes through in parts, so that what is laid out for a few images is
used while it is in the cache.
"""

from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np

from tinyconv.kernels import threads
from tinyconv.kernels.bands import Band, Task, backward_band, forward_band
from tinyconv.kernels.correlation import correlate
from tinyconv.kernels.filters import bias_blocks, filter_blocks, turned_blocks
from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.im2col import im2col, pad
from tinyconv.kernels.layout import Array, Pair
from tinyconv.kernels.lending import empty
from tinyconv.kernels.outer import WeightGradient, turn_gradients
from tinyconv.kernels.planes import split
from tinyconv.kernels.plans import forward_plan
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
    geometry = Geometry.of(x, weight, stride, padding, dilation, groups, output_size)
    band = forward_band(geometry, task_of(x, groups, output_size[0]))
    y = empty((len(x), len(weight), *output_size), x.dtype)
    correlate(x, band, filter_blocks(weight, groups), bias_blocks(bias, len(weight), groups, x.dtype), y)
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
    geometry = Geometry.of(x, weight, stride, padding, dilation, groups, dy.shape[2:])
    dx = image_gradient(partial(correlate, dy), x, weight, geometry)
    return dx, *weight_gradients(dy.__getitem__, x, weight, geometry)


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
    geometry = Geometry.of(x, weight, stride, padding, dilation, groups, dy.shape[2:])
    return weight_gradients(dy.__getitem__, x, weight, geometry)


def image_gradient(
    fill: Callable[[Band, Array, Array, Array], None],
    x: Array,
    weight: Array,
    geometry: Geometry,
    has_image: bool = True,
) -> Array:
    """Return dx; `fill(band, filters, bias, dx)` correlates the gradient by y, which `has_image` or not."""
    (SH, SW), groups = geometry.stride, geometry.groups
    band, phases = backward_band(geometry, task_of(x, groups), has_image)
    everywhere = len(phases) == SH * SW  # a stride beyond the kernel leaves pixels out
    dx = (empty if everywhere else np.zeros)(x.shape, x.dtype)
    fill(band, turned_blocks(weight, groups, phases), bias_blocks(None, x.shape[1], groups, x.dtype), dx)
    return dx


def weight_gradients(
    gradients: Callable[[slice], Array], x: Array, weight: Array, geometry: Geometry
) -> tuple[Array, Array]:
    """Return dweight and dbias; `gradients(part)` are those by the output, for some images."""
    planes, reading = forward_plan(geometry)
    sums = WeightGradient(reading, geometry.groups, geometry.filters[0], x.dtype)
    OH, OW = geometry.outputs
    for part in parts(len(x), x[:1].nbytes + len(weight) * OH * OW * x.itemsize):
        sums.add(split(x[part], planes), turn_gradients(gradients(part), geometry.groups))
    return sums.dweight(weight.shape), sums.dbias()


def task_of(
    x: Array, groups: int, rows: int = 0, window: int = 1, step: int = 1, pools: bool = False
) -> Task:
    """Return the task for the images x, see `Task`."""
    return Task(threads.get_num_threads(), len(x), groups, x.itemsize, rows, window, step, pools)


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
