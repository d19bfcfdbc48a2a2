"""im2col and its transpose."""

import math
from typing import Any, NamedTuple

from tinyconv import reference
from tinyconv.check.operations.source import Source
from tinyconv.check.part import Part, paired
from tinyconv.geometry import Window
from tinyconv.shapes import Array, Pair


class Unfolding(NamedTuple):
    """The arguments of im2col, which gets `x`, or of col2im, which gets `columns` and `input_size`."""

    kernel_size: Pair
    stride: Pair
    padding: Any
    dilation: Pair = (1, 1)
    x: Any = None  # (N, C, H, W)
    columns: Any = None  # (N, C·KH·KW, OH·OW)
    input_size: Any = None  # (H, W)

    @property
    def image_size(self) -> Pair:
        """(H, W)."""
        return self.x.shape[2:] if self.input_size is None else self.input_size

    @property
    def window(self) -> Window:
        """How the kernel slides."""
        return Window.of("im2col", self.kernel_size, self.stride, self.padding, self.dilation)

    @property
    def output_size(self) -> Pair:
        """(OH, OW)."""
        return self.window.output_size("im2col", *self.image_size)


def patches(case: Unfolding) -> Array:
    """Return the patch under each output pixel: (N, C, KH, KW, OH, OW)."""
    sides, size = case.window.padding, case.output_size
    return reference.im2col(case.x, case.kernel_size, case.stride, sides, case.dilation, size)


def as_columns(taps: Array) -> Array:
    """Return (N, C, KH, KW, OH, OW) as (N, C·KH·KW, OH·OW)."""
    return taps.reshape(len(taps), math.prod(taps.shape[1:4]), math.prod(taps.shape[4:]))


def im2col(case: Unfolding) -> Array:
    """Return the columns (N, C·KH·KW, OH·OW)."""
    return as_columns(patches(case))


def taps_of(case: Unfolding) -> Array:
    """Return the given columns as (N, C, KH, KW, OH, OW)."""
    return case.columns.reshape(len(case.columns), -1, *case.kernel_size, *case.output_size)


def fold(case: Unfolding, taps: Array) -> Array:
    """Add every tap onto its pixel: (N, C, H, W)."""
    return reference.col2im(taps, case.image_size, case.stride, case.window.padding, case.dilation)


def col2im(case: Unfolding) -> Array:
    """Return x (N, C, H, W)."""
    return fold(case, taps_of(case))


def draw_im2col(source: Source) -> Unfolding:
    """Draw images and a kernel that fits."""
    case, size = _draw_window(source)
    return case._replace(x=source.numbers(source.between(1, 2), source.between(1, 2), *size))


def draw_col2im(source: Source) -> Unfolding:
    """Draw columns and the size of the images to which they belong."""
    case, size = _draw_window(source)
    case = case._replace(input_size=size)
    rows = source.between(1, 2) * math.prod(case.kernel_size)
    columns = source.numbers(source.between(1, 2), rows, math.prod(case.output_size))
    return case._replace(columns=columns)


def _draw_window(source: Source) -> tuple[Unfolding, Pair]:
    kernel = source.pair("kernel_size", 1, 3)
    stride, padding = source.pair("stride", 1, 3), source.pair("padding", 0, 2)
    dilation = source.pair("dilation", 1, 2)
    return Unfolding(kernel, stride, padding, dilation), source.under(kernel, padding, dilation)


IM2COL = Part(
    name="im2col",
    given=paired(Unfolding),
    arrays=("x",),
    options=("kernel_size", "stride", "padding"),
    extras=("dilation",),
    outputs=("columns",),
    right=im2col,
    draw=draw_im2col,
)
COL2IM = Part(
    name="col2im",
    given=paired(Unfolding),
    arrays=("columns",),
    options=("input_size", "kernel_size", "stride", "padding"),
    extras=("dilation",),
    outputs=("x",),
    right=col2im,
    draw=draw_col2im,
)
