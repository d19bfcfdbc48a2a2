"""What goes wrong in a max-pool."""

from functools import partial

import numpy as np

from tinyconv.check.mistakes.catalogue import mistake
from tinyconv.check.operations.pooling import Pooling, max_forward, mean_forward
from tinyconv.shapes import Array

known = partial(mistake, "max_pool2d_forward")


@known(
    "The image is surrounded with zeros, and these win over negative pixels.",
    "Pool an image of −1: what is the largest pixel in its corner?",
)
def padded_with_zeros(case: Pooling) -> Array:
    (PH, PW), (OH, OW) = case.padding, case.output_size
    x = np.pad(case.x, ((0, 0), (0, 0), (PH, PH), (PW, PW)))
    return max_forward(case._replace(x=x, padding=(0, 0)))[:, :, :OH, :OW]


@known(
    "The windows start on the image, whatever the padding.",
    "Where does the first window start with padding 1?",
)
def padding_forgotten(case: Pooling) -> Array:
    return max_forward(case._replace(padding=(0, 0)))


@known(
    "Each window gives its mean.",
    "Which of a window's numbers must survive?",
)
def mean_instead_of_maximum(case: Pooling) -> Array:
    return mean_forward(case)


@known(
    "Each window gives its smallest pixel.",
    "Which of a window's numbers must survive?",
)
def minimum_instead_of_maximum(case: Pooling) -> Array:
    return -max_forward(case._replace(x=-case.x))


@known(
    "Signs are dropped before the pixels are compared.",
    "Which is larger, −3 or 2?",
)
def largest_magnitude(case: Pooling) -> Array:
    return max_forward(case._replace(x=abs(case.x)))


@known(
    "Row and column strides are exchanged.",
    "Try stride (2, 1): in which direction does your window take the longer steps?",
)
def strides_swapped(case: Pooling) -> Array:
    return max_forward(case._replace(stride=case.stride[::-1]))


@known(
    "Height and width of the window are exchanged.",
    "Try a window of (1, 2): does yours lie or stand?",
)
def window_height_and_width_swapped(case: Pooling) -> Array:
    return max_forward(case._replace(kernel_size=case.kernel_size[::-1]))


@known(
    "Windows always stand side by side, whatever the stride.",
    "Where does the second window start?",
)
def stride_taken_from_window(case: Pooling) -> Array:
    return max_forward(case._replace(stride=case.kernel_size))


@known(
    "The window always moves on by one pixel.",
    "Where does the second window start?",
)
def stride_ignored(case: Pooling) -> Array:
    return max_forward(case._replace(stride=(1, 1)))


@known(
    "A last window that hangs over the edge is counted although nobody asked for it.",
    "Does your last window still lie on the image when the stride doesn't divide evenly?",
)
def size_rounded_up(case: Pooling) -> Array:
    return max_forward(case._replace(ceil_mode=True))


@known(
    "A last window that hangs over the edge is dropped although it was asked for.",
    "What does ceil_mode change when the stride doesn't divide evenly?",
)
def ceil_mode_ignored(case: Pooling) -> Array:
    return max_forward(case._replace(ceil_mode=False))


@known(
    "The taps of the window are not spread apart.",
    "With dilation 2, how many pixels lie between two neighbours of a window?",
)
def dilation_ignored(case: Pooling) -> Array:
    return max_forward(case._replace(dilation=(1, 1)))


@known(
    "The channels compete with one another; each must be pooled alone.",
    "Is the second channel of your result ever different from the first?",
)
def pooled_over_channels(case: Pooling) -> Array:
    y = max_forward(case)
    return np.broadcast_to(y.max(axis=1, keepdims=True), y.shape).copy()
