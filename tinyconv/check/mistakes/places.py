"""What goes wrong with sizes and places."""

from functools import partial
from typing import Any

import numpy as np

from tinyconv.check.mistakes.catalogue import mistake
from tinyconv.check.operations.places import Carrying, Sizing, carry_boxes, output_size
from tinyconv.shapes import Array

size, boxes = partial(mistake, "output_size"), partial(mistake, "carry_boxes")


@size(
    "The number of places is rounded up where it must be rounded down.",
    "Does the last window still lie on the image when the stride doesn't divide evenly?",
)
def rounded_up(case: Sizing) -> int:
    room = case.size + 2 * case.padding - case.dilation * (case.kernel_size - 1) - 1
    return -(-room // case.stride) + 1


@size(
    "The steps are counted; places are one more.",
    "How often does a window of 3 fit onto 3 pixels?",
)
def plus_one_forgotten(case: Sizing) -> int:
    return output_size(case) - 1


@size(
    "The padding is counted once; it lies at both ends.",
    "How long is a line of 4 pixels with padding 1?",
)
def padding_at_one_end(case: Sizing) -> int:
    return output_size(case._replace(size=case.size - case.padding))


@size(
    "The padding is left out.",
    "How long is a line of 4 pixels with padding 1?",
)
def padding_forgotten(case: Sizing) -> int:
    return output_size(case._replace(padding=0))


@size(
    "The stride is left out.",
    "How often does a window of 2 fit onto 4 pixels with stride 2?",
)
def stride_forgotten(case: Sizing) -> int:
    return output_size(case._replace(stride=1))


@size(
    "The extent of the kernel is taken for its number of taps, whatever the dilation.",
    "How many pixels lie between the first and the last tap of a kernel of 3 with dilation 2?",
)
def dilation_ignored(case: Sizing) -> int:
    return output_size(case._replace(dilation=1))


@size(
    "The extent of the kernel is taken for dilation times kernel_size.",
    "How many pixels lie between the first and the last tap of a kernel of 3 with dilation 2?",
)
def dilation_times_kernel(case: Sizing) -> int:
    return output_size(case._replace(kernel_size=case.dilation * case.kernel_size, dilation=1))


@size(
    "The division leaves a fraction; places are counted in whole numbers.",
    "Which of Python's two divisions do you use?",
)
def division_left_real(case: Sizing) -> float:
    room = case.size + 2 * case.padding - case.dilation * (case.kernel_size - 1) - 1
    return room / case.stride + 1


@size(
    "1 is added before the division by the stride.",
    "How often does a window of 1 fit onto 3 pixels with stride 3?",
)
def one_added_before_the_division(case: Sizing) -> int:
    return (case.size + 2 * case.padding - case.dilation * (case.kernel_size - 1)) // case.stride


@size(
    "A last window that hangs over the edge is dropped although it was asked for.",
    "What does ceil_mode change when the stride doesn't divide evenly?",
)
def ceil_mode_ignored(case: Sizing) -> int:
    return output_size(case._replace(ceil_mode=False))


@boxes(
    "Everything lies half a pixel off: cell 0 is taken to have its centre at 0.",
    "In edge coordinates pixel 0 covers [0, 1). Where is its centre?",
)
def half_pixel_shift(case: Carrying) -> Array:
    return carry_boxes(case) - 0.5


@boxes(
    "Only the stride is applied, as if window and padding moved nothing.",
    "A window of 3 without padding: over which pixel is the first cell centred?",
)
def only_divided_by_the_stride(case: Carrying) -> Array:
    return case.boxes / np.tile(case.stride[::-1], 2)


@boxes(
    "The padding is left out.",
    "With padding 1 and a window of 3, where does a box go that starts at 0?",
)
def padding_forgotten(case: Carrying) -> Array:
    return carry_boxes(case._replace(padding=(0, 0)))


@boxes(
    "The size of the window is left out.",
    "A window of 3 without padding: over which pixel is the first cell centred?",
)
def kernel_forgotten(case: Carrying) -> Array:
    return carry_boxes(case._replace(kernel_size=(1, 1)))


@boxes(
    "The stride is left out.",
    "A pool of 2 halves the image: how wide is the box afterwards?",
)
def stride_forgotten(case: Carrying) -> Array:
    moved = carry_boxes(case)
    return (moved - 0.5) * np.tile(case.stride[::-1], 2) + 0.5


@boxes(
    "The dilation is left out.",
    "How many pixels does a kernel of 3 with dilation 2 span?",
)
def dilation_ignored(case: Carrying) -> Array:
    return carry_boxes(case._replace(dilation=(1, 1)))


@boxes(
    "Rows and columns are exchanged: x is moved by the numbers of the rows.",
    "kernel_size and stride say rows first. And a box?",
)
def rows_and_columns_swapped(case: Carrying) -> Array:
    window: dict[str, Any] = case._asdict()
    boxes = window.pop("boxes")
    return carry_boxes(Carrying(boxes, **{name: pair[::-1] for name, pair in window.items()}))


@boxes(
    "The boxes come back as y1, x1, y2, x2.",
    "Which of a box's numbers is its left edge?",
)
def x_and_y_swapped(case: Carrying) -> Array:
    return carry_boxes(case)[:, [1, 0, 3, 2]]


@boxes(
    "The boxes come back as x, y, width, height.",
    "What do the last two numbers of a box mean?",
)
def sizes_for_corners(case: Carrying) -> Array:
    corners = carry_boxes(case)
    return np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)


@boxes(
    "The boxes are rounded to whole cells; the next layer needs the fraction.",
    "Carry a box of 3 pixels through two pools of 2: how wide must it be?",
)
def rounded_to_cells(case: Carrying) -> Array:
    return np.round(carry_boxes(case))


@boxes(
    "The boxes are clipped already: what sticks out is lost for the layers to come.",
    "Where does a box end that reaches beyond the map?",
)
def clipped_too_early(case: Carrying) -> Array:
    return np.maximum(carry_boxes(case), 0)
