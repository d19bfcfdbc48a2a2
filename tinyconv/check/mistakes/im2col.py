"""What goes wrong in im2col."""

from functools import partial

import numpy as np

from tinyconv.check.mistakes.catalogue import mistake
from tinyconv.check.operations.im2col import Unfolding, as_columns, im2col, patches
from tinyconv.shapes import Array

known = partial(mistake, "im2col")


@known(
    "The rows run through the kernel first and through the channels last.",
    "A filter (C, KH, KW) becomes one row of the weight matrix: in which order do its numbers stand there?",
)
def channels_run_fastest(case: Unfolding) -> Array:
    return as_columns(patches(case).transpose(0, 2, 3, 1, 4, 5))


@known(
    "Within a channel, the rows run down the kernel's columns.",
    "A filter (C, KH, KW) becomes one row of the weight matrix: which of its axes runs fastest?",
)
def kernel_read_by_columns(case: Unfolding) -> Array:
    return as_columns(patches(case).transpose(0, 1, 3, 2, 4, 5))


@known(
    "The places of the window are walked down the columns; they are walked along the rows.",
    "Which output pixel does the second column belong to?",
)
def places_read_by_columns(case: Unfolding) -> Array:
    return as_columns(patches(case).transpose(0, 1, 2, 3, 5, 4))


@known(
    "Each patch is a row; it must be a column.",
    "What must stand left of this matrix, and of which shape, for a convolution to come out?",
)
def patches_as_rows(case: Unfolding) -> Array:
    return im2col(case).swapaxes(1, 2)


@known(
    "The images' columns stand side by side in one matrix; each image must have its own.",
    "How many axes must the result have?",
)
def images_side_by_side(case: Unfolding) -> Array:
    return np.concatenate(list(im2col(case)), axis=1)


@known(
    "The image is never surrounded with zeros.",
    "Compute the number of columns for padding 0 and for padding 1: do yours differ?",
)
def padding_forgotten(case: Unfolding) -> Array:
    return im2col(case._replace(padding=(0, 0)))


@known(
    "The border is filled with copies of the outermost pixels rather than with zeros.",
    "What do you put beyond the edge of the image?",
)
def padding_with_edge_pixels(case: Unfolding) -> Array:
    PH, PW = case.padding
    x = np.pad(case.x, ((0, 0), (0, 0), (PH, PH), (PW, PW)), mode="edge")
    return im2col(case._replace(x=x, padding=(0, 0)))


@known(
    "Row and column strides are exchanged.",
    "Try stride (2, 1): in which direction does your window take the longer steps?",
)
def strides_swapped(case: Unfolding) -> Array:
    return im2col(case._replace(stride=case.stride[::-1]))


@known(
    "Height and width of the kernel are exchanged.",
    "Try a kernel of (1, 2): does your patch lie or stand?",
)
def kernel_height_and_width_swapped(case: Unfolding) -> Array:
    return im2col(case._replace(kernel_size=case.kernel_size[::-1]))


@known(
    "The stride makes the matrix narrower, but the window still moves on by one pixel.",
    "Where does the second patch start?",
)
def stride_only_in_the_size(case: Unfolding) -> Array:
    OH, OW = case.output_size
    return as_columns(patches(case._replace(stride=(1, 1)))[..., :OH, :OW])


@known(
    "The number of places is rounded up where it must be rounded down.",
    "Does your last window still lie on the image when the stride doesn't divide evenly?",
)
def size_rounded_up(case: Unfolding) -> Array:
    (PH, PW), (SH, SW) = case.padding, case.stride
    return im2col(case._replace(padding=((PH, PH + SH - 1), (PW, PW + SW - 1))))


@known(
    "The taps are not spread apart.",
    "With dilation 2, how many pixels lie between two neighbours of a patch?",
)
def dilation_ignored(case: Unfolding) -> Array:
    return im2col(case._replace(dilation=(1, 1)))


@known(
    "Each patch is turned by 180°.",
    "Which pixel of the patch stands in the first row?",
)
def patches_flipped(case: Unfolding) -> Array:
    return as_columns(patches(case)[:, :, ::-1, ::-1])
