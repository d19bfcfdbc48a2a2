"""What goes wrong in an average-pool, there and back."""

from functools import partial

import numpy as np

from tinyconv import reference
from tinyconv.check.mistakes.catalogue import mistake
from tinyconv.check.mistakes.max_pooling_backward import windows
from tinyconv.check.operations.pooling import Pooling, max_forward, mean_backward, mean_forward
from tinyconv.shapes import Array

there, back = partial(mistake, "avg_pool2d_forward"), partial(mistake, "avg_pool2d_backward")


@there(
    "The window's pixels are added up but not divided.",
    "What is the mean of a window of ones?",
)
def sum_instead_of_mean(case: Pooling) -> Array:
    return mean_forward(case) * np.prod(case.kernel_size)


@there(
    "Each window gives its largest pixel.",
    "What is the mean of 0 and 2?",
)
def maximum_instead_of_mean(case: Pooling) -> Array:
    return max_forward(case)


@there(
    "Only pixels of the image are counted; in this convention the padding's zeros count too.",
    "By how many numbers is the corner's sum divided?",
)
def padding_not_counted(case: Pooling) -> Array:
    return mean_forward(case, count_include_pad=False)


@there(
    "The windows start on the image, whatever the padding.",
    "Where does the first window start with padding 1?",
)
def padding_forgotten(case: Pooling) -> Array:
    return mean_forward(case._replace(padding=(0, 0)))


@there(
    "The sum is divided by the square of the window's height.",
    "How many pixels lie under a window of (1, 2)?",
)
def divided_by_a_square(case: Pooling) -> Array:
    KH, KW = case.kernel_size
    return mean_forward(case) * (KH * KW) / KH**2


@there(
    "Row and column strides are exchanged.",
    "Try stride (2, 1): in which direction does your window take the longer steps?",
)
def strides_swapped(case: Pooling) -> Array:
    return mean_forward(case._replace(stride=case.stride[::-1]))


@there(
    "Height and width of the window are exchanged.",
    "Try a window of (1, 2): does yours lie or stand?",
)
def window_height_and_width_swapped(case: Pooling) -> Array:
    return mean_forward(case._replace(kernel_size=case.kernel_size[::-1]))


@back(
    "Every pixel of a window gets the whole gradient; it must get its share.",
    "By how much does a mean of four grow when one of them grows by 1?",
)
def gradient_not_divided(case: Pooling) -> Array:
    return mean_backward(case) * np.prod(case.kernel_size)


@back(
    "The gradient is divided by the square of the window's height.",
    "How many pixels lie under a window of (1, 2)?",
)
def gradient_divided_by_a_square(case: Pooling) -> Array:
    KH, KW = case.kernel_size
    return mean_backward(case) * (KH * KW) / KH**2


@back(
    "Where windows overlap, the later one overwrites the earlier: `=` stands where `+=` belongs.",
    "How many windows does a pixel in the middle lie under?",
)
def overlaps_overwritten(case: Pooling) -> Array:
    dx = np.zeros_like(case.x)
    for place, pixels, _ in windows(case):
        for pixel in pixels:
            dx[pixel] = case.dy[place] / np.prod(case.kernel_size)
    return dx


@back(
    "The gradient is divided by the number of the image's pixels; the padding counts too.",
    "By how many numbers was the corner's sum divided on the way there?",
)
def padding_not_counted_on_the_way_back(case: Pooling) -> Array:
    (H, W), sides = case.x.shape[2:], case.window.padding
    return reference.avg_pool2d_backward(
        case.dy, (H, W), case.kernel_size, case.stride, sides, count_include_pad=False
    )


@back(
    "The frame is cut off dx at the bottom and right only: everything is shifted.",
    "Where does the image lie inside the padded gradient?",
)
def padding_cut_at_one_end(case: Pooling) -> Array:
    (PH, PW), (H, W) = case.padding, case.x.shape[2:]
    framed = case._replace(x=np.pad(case.x, ((0, 0), (0, 0), (PH, PH), (PW, PW))), padding=(0, 0))
    return mean_backward(framed)[:, :, :H, :W]


@back(
    "The gradient that comes from above is taken for ones.",
    "Double dy: what must happen to dx?",
)
def upstream_gradient_forgotten(case: Pooling) -> Array:
    return mean_backward(case._replace(dy=np.ones_like(case.dy)))
