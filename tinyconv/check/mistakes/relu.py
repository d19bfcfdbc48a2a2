"""What goes wrong in a ReLU."""

from functools import partial

import numpy as np

from tinyconv.check.mistakes.catalogue import mistake
from tinyconv.check.operations.relu import Rectification, forward
from tinyconv.shapes import Array

there, back = partial(mistake, "relu_forward"), partial(mistake, "relu_backward")


@there(
    "The negative numbers stay and the positive ones become 0.",
    "What must become of −3, and what of 3?",
)
def negative_kept(case: Rectification) -> Array:
    return np.minimum(case.x, 0)


@there(
    "The sign is dropped; negative numbers must become 0.",
    "What must become of −3?",
)
def absolute_value(case: Rectification) -> Array:
    return abs(case.x)


@there(
    "The result says where x is positive; it must be x there.",
    "What must become of 3?",
)
def mask_instead_of_numbers(case: Rectification) -> Array:
    return np.where(case.x > 0, 1.0, 0.0)


@there(
    "Negative numbers are made smaller; they must become 0. (Some networks want it so: leaky ReLU.)",
    "What must become of −100?",
)
def leaky(case: Rectification) -> Array:
    return np.where(case.x > 0, case.x, 0.01 * case.x)


@there(
    "Numbers above 1 are cut as well.",
    "What must become of 3?",
)
def clipped_at_one(case: Rectification) -> Array:
    return np.clip(case.x, 0, 1)


@there(
    "np.max(x, 0) is the maximum along axis 0; another function compares number by number.",
    "Compare the shapes of input and output.",
)
def maximum_along_an_axis(case: Rectification) -> Array:
    return np.max(case.x, 0)


@there(
    "The zeros are written into x itself, which still belongs to the caller.",
    "Print x before and after the call.",
)
def input_overwritten(case: Rectification) -> Array:
    case.x[case.x < 0] = 0
    return case.x


@there(
    "Numbers between −1 and 1 count as negative, or are rounded away.",
    "What must become of 0.5?",
)
def cut_to_whole_numbers(case: Rectification) -> Array:
    return forward(case).astype(np.int64)


@back(
    "The mask comes from dy; it must come from what went into the ReLU.",
    "Which pixels did the ReLU let through on the way there, and what has the sign of dy to do with it?",
)
def mask_taken_from_dy(case: Rectification) -> Array:
    return np.where(case.dy > 0, case.dy, 0)


@back(
    "Where x is exactly 0 the gradient passes; by convention the slope there is 0.",
    "Try an x that holds a 0.",
)
def gradient_at_zero(case: Rectification) -> Array:
    return np.where(case.x >= 0, case.dy, 0)


@back(
    "The gradient passes everywhere.",
    "By how much does the output change when a negative input grows a little?",
)
def mask_forgotten(case: Rectification) -> Array:
    return case.dy.copy()


@back(
    "The result is the ReLU's slope alone; what comes from above is left out.",
    "Double dy: what must happen to dx?",
)
def upstream_gradient_forgotten(case: Rectification) -> Array:
    return np.where(case.x > 0, 1.0, 0.0)


@back(
    "The gradient passes where x is negative, and only there.",
    "Which pixels did the ReLU let through on the way there?",
)
def mask_inverted(case: Rectification) -> Array:
    return np.where(case.x > 0, 0, case.dy)


@back(
    "dy is multiplied by the output; it must be multiplied by the slope.",
    "Which slope has a ReLU at x = 3?",
)
def multiplied_by_the_output(case: Rectification) -> Array:
    return case.dy * forward(case)


@back(
    "The zeros are written into dy itself, which still belongs to the caller.",
    "Print dy before and after the call.",
)
def gradient_overwritten(case: Rectification) -> Array:
    case.dy[case.x <= 0] = 0
    return case.dy
