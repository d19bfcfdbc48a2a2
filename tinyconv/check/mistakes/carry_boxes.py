"""What goes wrong with boxes that go through a layer."""

from functools import partial
from typing import Any

import numpy as np

from tinyconv.check.mistakes.catalogue import mistake
from tinyconv.check.operations.places import Carrying, carry_boxes
from tinyconv.shapes import Array

known = partial(mistake, "carry_boxes")


@known(
    "Everything lies half a pixel off: cell 0 is taken to have its centre at 0.",
    "In edge coordinates pixel 0 covers [0, 1). Where is its centre?",
)
def half_pixel_shift(case: Carrying) -> Array:
    return carry_boxes(case) - 0.5


@known(
    "Only the stride is applied, as if window and padding moved nothing.",
    "A window of 3 without padding: over which pixel is the first cell centred?",
)
def only_divided_by_the_stride(case: Carrying) -> Array:
    return case.boxes / np.tile(case.stride[::-1], 2)


@known(
    "The padding is left out.",
    "With padding 1 and a window of 3, where does a box go that starts at 0?",
)
def padding_forgotten(case: Carrying) -> Array:
    return carry_boxes(case._replace(padding=(0, 0)))


@known(
    "The size of the window is left out.",
    "A window of 3 without padding: over which pixel is the first cell centred?",
)
def kernel_forgotten(case: Carrying) -> Array:
    return carry_boxes(case._replace(kernel_size=(1, 1)))


@known(
    "The stride is left out.",
    "A pool of 2 halves the image: how wide is the box afterwards?",
)
def stride_forgotten(case: Carrying) -> Array:
    moved = carry_boxes(case)
    return (moved - 0.5) * np.tile(case.stride[::-1], 2) + 0.5


@known(
    "The dilation is left out.",
    "How many pixels does a kernel of 3 with dilation 2 span?",
)
def dilation_ignored(case: Carrying) -> Array:
    return carry_boxes(case._replace(dilation=(1, 1)))


@known(
    "Rows and columns are exchanged: x is moved by the numbers of the rows.",
    "kernel_size and stride say rows first. And a box?",
)
def rows_and_columns_swapped(case: Carrying) -> Array:
    window: dict[str, Any] = case._asdict()
    boxes = window.pop("boxes")
    return carry_boxes(Carrying(boxes, **{name: pair[::-1] for name, pair in window.items()}))


@known(
    "The boxes come back as y1, x1, y2, x2.",
    "Which of a box's numbers is its left edge?",
)
def x_and_y_swapped(case: Carrying) -> Array:
    return carry_boxes(case)[:, [1, 0, 3, 2]]


@known(
    "The boxes come back as x, y, width, height.",
    "What do the last two numbers of a box mean?",
)
def sizes_for_corners(case: Carrying) -> Array:
    corners = carry_boxes(case)
    return np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)


@known(
    "The boxes are rounded to whole cells; the next layer needs the fraction.",
    "Carry a box of 3 pixels through two pools of 2: how wide must it be?",
)
def rounded_to_cells(case: Carrying) -> Array:
    return np.round(carry_boxes(case))


@known(
    "The boxes are clipped already: what sticks out is lost for the layers to come.",
    "Where does a box end that reaches beyond the map?",
)
def clipped_too_early(case: Carrying) -> Array:
    return np.maximum(carry_boxes(case), 0)
