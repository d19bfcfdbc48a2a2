"""Where things are: the size of a layer's output, and the boxes that go through it."""

from typing import NamedTuple

import numpy as np

from tinyconv.check.operations.source import Source
from tinyconv.check.part import Part, paired
from tinyconv.geometry import Axis, View, Window
from tinyconv.shapes import Array, Pair


class Sizing(NamedTuple):
    """The arguments of one call: one axis of a layer."""

    size: int
    kernel_size: int
    stride: int
    padding: int
    dilation: int = 1
    ceil_mode: bool = False


class Carrying(NamedTuple):
    """The arguments of one call: boxes on the image, and the layer that they go through."""

    boxes: Array  # (M, 4): x1, y1, x2, y2
    kernel_size: Pair
    stride: Pair
    padding: Pair
    dilation: Pair = (1, 1)

    @property
    def window(self) -> Window:
        """How the layer's window slides."""
        return Window.of("carry_boxes", self.kernel_size, self.stride, self.padding, self.dilation)


def output_size(case: Sizing) -> int:
    """Return how many places the window takes."""
    _, kernel, stride, padding, dilation, ceil_mode = case
    return Axis(kernel, stride, padding, padding, dilation).output_size(case.size, ceil_mode)


def carry_boxes(case: Carrying) -> Array:
    """Return the boxes (M, 4) on the map: in edge coordinates, neither rounded nor clipped."""
    return View.of_image(1, 1).through(case.window, 1, 1).to_map(case.boxes)


def draw_sizing(source: Source) -> Sizing:
    """Draw an axis onto which the window fits."""
    kernel, stride, padding = source.between(1, 5), source.between(1, 4), source.between(0, 2)
    dilation, ceil_mode = source.whole("dilation", 1, 3), bool(source.whole("ceil_mode", 0, 1))
    size = max(1, dilation * (kernel - 1) + 1 - 2 * padding) + source.between(0, 9)
    return Sizing(size, kernel, stride, padding, dilation, ceil_mode)


def draw_carrying(source: Source) -> Carrying:
    """Draw one to three boxes and a window."""
    kernel, stride = source.pair("kernel_size", 1, 5), source.pair("stride", 1, 3)
    padding, dilation = source.pair("padding", 0, 3), source.pair("dilation", 1, 2)
    corners, sides = np.split(abs(source.numbers(source.between(1, 3), 4).astype(np.float64)), 2, axis=1)
    boxes = np.concatenate([corners, corners + sides + 1], axis=1)  # (M, 4), the smallest [0, 0, 1, 1]
    return Carrying(boxes, kernel, stride, padding, dilation)


OUTPUT_SIZE = Part(
    name="output_size",
    given=Sizing,
    arrays=(),
    options=("size", "kernel_size", "stride", "padding"),
    extras=("dilation", "ceil_mode"),
    outputs=("size",),
    right=output_size,
    draw=draw_sizing,
)
CARRY_BOXES = Part(
    name="carry_boxes",
    given=paired(Carrying),
    arrays=("boxes",),
    options=("kernel_size", "stride", "padding"),
    extras=("dilation",),
    outputs=("boxes",),
    right=carry_boxes,
    draw=draw_carrying,
)
