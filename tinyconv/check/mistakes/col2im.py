"""What goes wrong in the transpose of im2col."""

from functools import partial

import numpy as np

from tinyconv.check.mistakes.catalogue import mistake
from tinyconv.check.operations.im2col import Unfolding, col2im, fold, taps_of
from tinyconv.shapes import Array

known = partial(mistake, "col2im")


def overwriting(case: Unfolding, order: tuple[int, ...]) -> Array:
    """Put every entry onto its pixel with `=`, in the order of these axes of (N, C, KH, KW, OH, OW)."""
    taps, x = taps_of(case), np.zeros_like(col2im(case))
    (PH, PW), (SH, SW), (DH, DW), (H, W) = case.padding, case.stride, case.dilation, case.image_size
    for turned in np.ndindex(*(taps.shape[axis] for axis in order)):
        n, c, kh, kw, oh, ow = (turned[order.index(axis)] for axis in range(6))
        h, w = oh * SH + kh * DH - PH, ow * SW + kw * DW - PW
        if 0 <= h < H and 0 <= w < W:
            x[n, c, h, w] = taps[n, c, kh, kw, oh, ow]
    return x


@known(
    "Where windows overlap, the later one overwrites the earlier: `=` stands where `+=` belongs.",
    "How many entries of the columns came from the pixel in the middle?",
    also=(lambda case: overwriting(case, (0, 1, 2, 3, 4, 5)),),
)
def overlaps_overwritten(case: Unfolding) -> Array:
    return overwriting(case, (0, 1, 4, 5, 2, 3))


@known(
    "What overlaps is averaged; it must be added up.",
    "Fold a matrix of ones: what must stand where two windows overlap?",
)
def overlaps_averaged(case: Unfolding) -> Array:
    counts = fold(case, np.ones_like(taps_of(case)))
    return col2im(case) / np.maximum(counts, 1)


@known(
    "The result still has its frame of padding.",
    "Compare its shape with (H, W).",
)
def padding_left_on(case: Unfolding) -> Array:
    (PH, PW), (H, W) = case.padding, case.image_size
    return col2im(case._replace(padding=(0, 0), input_size=(H + 2 * PH, W + 2 * PW)))


@known(
    "The frame is cut off at the bottom and right only: everything is shifted.",
    "Where does the image lie inside its frame?",
)
def padding_cut_at_one_end(case: Unfolding) -> Array:
    H, W = case.image_size
    return padding_left_on(case)[:, :, :H, :W]


@known(
    "Row and column strides are exchanged.",
    "Try stride (2, 1): in which direction do your windows lie further apart?",
)
def strides_swapped(case: Unfolding) -> Array:
    return fold(case._replace(stride=case.stride[::-1]), taps_of(case))


@known(
    "Windows are laid one pixel apart, whatever the stride was.",
    "Where did the second patch start?",
)
def stride_ignored(case: Unfolding) -> Array:
    return fold(case._replace(stride=(1, 1)), taps_of(case))


@known(
    "The taps of a window are laid side by side, whatever the dilation was.",
    "Which pixels did the first patch take?",
)
def dilation_ignored(case: Unfolding) -> Array:
    return fold(case._replace(dilation=(1, 1)), taps_of(case))


@known(
    "The rows are read as if the channels ran fastest.",
    "In which order did im2col write channel, kernel row and kernel column?",
)
def channels_read_fastest(case: Unfolding) -> Array:
    N, C, KH, KW, OH, OW = taps_of(case).shape
    return fold(case, case.columns.reshape(N, KH, KW, C, OH, OW).transpose(0, 3, 1, 2, 4, 5))


@known(
    "The places are read down the columns; im2col walks along the rows.",
    "Which output pixel does the second column belong to?",
)
def places_read_by_columns(case: Unfolding) -> Array:
    N, C, KH, KW, OH, OW = taps_of(case).shape
    return fold(case, case.columns.reshape(N, C, KH, KW, OW, OH).swapaxes(4, 5))


@known(
    "Each patch is put back turned by 180°.",
    "To which pixel of its patch does the first row belong?",
)
def patches_flipped(case: Unfolding) -> Array:
    return fold(case, taps_of(case)[:, :, ::-1, ::-1])
