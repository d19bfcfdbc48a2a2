"""What goes wrong in a convolution."""

from functools import partial

import numpy as np

from tinyconv.check.mistakes.catalogue import mistake
from tinyconv.check.operations.convolution import Convolution, forward
from tinyconv.shapes import Array

known = partial(mistake, "conv2d_forward")


@known(
    "The kernel is turned by 180°: that is the convolution of the mathematicians; networks correlate.",
    "Which weight meets the top left pixel of a patch?",
)
def kernel_flipped(case: Convolution) -> Array:
    return forward(case._replace(weight=case.weight[:, :, ::-1, ::-1]))


@known(
    "Rows and columns of the kernel are exchanged.",
    "Try a kernel that is wider than high: which of its axes walks along the image's rows?",
)
def kernel_height_and_width_swapped(case: Convolution) -> Array:
    return forward(case._replace(weight=case.weight.swapaxes(2, 3)))


@known(
    "The image is never surrounded with zeros.",
    "Compute the output's size for padding 0 and for padding 1: do yours differ?",
)
def padding_forgotten(case: Convolution) -> Array:
    return forward(case._replace(padding=(0, 0)))


@known(
    "Zeros are put above and to the left of the image, but not below it and to its right.",
    "How many rows does the padded image have, and where does the original one lie in it?",
)
def padding_at_one_end(case: Convolution) -> Array:
    PH, PW = case.padding
    return forward(case._replace(padding=((PH, 0), (PW, 0))))


@known(
    "The border is filled with copies of the outermost pixels rather than with zeros.",
    "What do you put beyond the edge of the image?",
)
def padding_with_edge_pixels(case: Convolution) -> Array:
    PH, PW = case.padding
    x = np.pad(case.x, ((0, 0), (0, 0), (PH, PH), (PW, PW)), mode="edge")
    return forward(case._replace(x=x, padding=(0, 0)))


@known(
    "Row and column strides are exchanged.",
    "Try stride (2, 1): in which direction does your window take the longer steps?",
)
def strides_swapped(case: Convolution) -> Array:
    return forward(case._replace(stride=case.stride[::-1]))


@known(
    "The stride makes the output smaller, but the window still moves on by one pixel.",
    "Where does the patch of the second output pixel start?",
)
def stride_only_in_the_size(case: Convolution) -> Array:
    OH, OW = case.output_size
    return forward(case._replace(stride=(1, 1)))[:, :, :OH, :OW]


@known(
    "The number of places is rounded up where it must be rounded down.",
    "Does your last window still lie on the image when the stride doesn't divide evenly?",
)
def size_rounded_up(case: Convolution) -> Array:
    (PH, PW), (SH, SW) = case.padding, case.stride
    return forward(case._replace(padding=((PH, PH + SH - 1), (PW, PW + SW - 1))))


@known(
    "The taps of the kernel are not spread apart.",
    "With dilation 2, how many pixels lie between two neighbours of the kernel?",
)
def dilation_ignored(case: Convolution) -> Array:
    return forward(case._replace(dilation=(1, 1)))


@known(
    "Dilation is taken for the number of pixels left out; it is the distance between two taps.",
    "Which dilation means an ordinary kernel: 0 or 1?",
)
def dilation_off_by_one(case: Convolution) -> Array:
    DH, DW = case.dilation
    return forward(case._replace(dilation=(DH + 1, DW + 1)))


@known(
    "Every group reads the channels of the first one.",
    "Which channels does the last filter see?",
)
def groups_ignored(case: Convolution) -> Array:
    first = case.x[:, : case.weight.shape[1]]
    return forward(case._replace(x=np.tile(first, (1, case.groups, 1, 1))))


@known(
    "The channels are dealt out to the groups like cards; a group owns neighbours.",
    "With four channels in two groups, which two belong to the first?",
)
def groups_interleaved(case: Convolution) -> Array:
    order = np.arange(case.x.shape[1]).reshape(-1, case.groups).T.ravel()
    return forward(case._replace(x=case.x[:, order]))


@known(
    "The kernel's channels meet the image's in reverse order, as when BGR is read for RGB.",
    "Which channel of the kernel is multiplied with channel 0 of the image?",
)
def channels_reversed(case: Convolution) -> Array:
    return forward(case._replace(weight=case.weight[:, ::-1]))


@known(
    "Only the first channel is used.",
    "What is added up for one output pixel when the image is in colour?",
)
def first_channel_only(case: Convolution) -> Array:
    weight = case.weight.copy()
    weight[:, 1:] = 0
    return forward(case._replace(weight=weight))


@known(
    "The channels' contributions are averaged; they must be added up.",
    "How does your output change when a channel of zeros is added to image and kernel?",
)
def channels_averaged(case: Convolution) -> Array:
    return forward(case._replace(weight=case.weight / case.weight.shape[1]))


@known(
    "The products under the window are averaged; they must be added up.",
    "What does a kernel of ones give on an image of ones?",
)
def mean_instead_of_sum(case: Convolution) -> Array:
    return forward(case._replace(weight=case.weight / case.weight[0].size))


@known(
    "The bias is never added.",
    "What is the output for an image of zeros?",
)
def bias_forgotten(case: Convolution) -> Array:
    return forward(case._replace(bias=None))


@known(
    "The bias is added once per input channel.",
    "For an image of zeros in three channels, what is the output?",
)
def bias_once_per_channel(case: Convolution) -> Array:
    return forward(case._replace(bias=None if case.bias is None else case.bias * case.weight.shape[1]))


@known(
    "The bias is laid along the output's columns: each pixel of a row gets another filter's.",
    "Which axis of y (N, F, OH, OW) does NumPy line up with an array of F numbers?",
)
def bias_per_pixel(case: Convolution) -> Array:
    y = forward(case._replace(bias=None))
    return y if case.bias is None else y + case.bias


@known(
    "Every image of the batch gets the first one's output.",
    "Where does the number of the image appear in your indices?",
)
def first_image_for_all(case: Convolution) -> Array:
    return forward(case._replace(x=case.x[np.zeros(len(case.x), int)]))


@known(
    "The output array holds whole numbers: what is behind the point is cut off.",
    "Which dtype does the array have into which you write?",
)
def cut_to_whole_numbers(case: Convolution) -> Array:
    return forward(case).astype(np.int64)
