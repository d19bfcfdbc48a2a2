"""What goes wrong on a convolution's way back."""

from functools import partial
from typing import Any

import numpy as np

from tinyconv.check.mistakes.catalogue import mistake
from tinyconv.check.operations.convolution import Convolution, Gradients, backward
from tinyconv.shapes import Array

known = partial(mistake, "conv2d_backward")


def scattered(
    case: Convolution, *, stride: Any = None, dilation: Any = None, groups: int = 0, overwrite: bool = False
) -> Array:
    """Return the gradient of the padded image, output by output: with another stride, or `=` for `+=`."""
    (SH, SW), (DH, DW) = stride or case.stride, dilation or case.dilation
    F, CG, KH, KW = case.weight.shape
    (top, bottom), (left, right) = case.window.padding
    dpadded = np.pad(np.zeros_like(case.x), ((0, 0), (0, 0), (top, bottom), (left, right)))
    for n, f, oh, ow in np.ndindex(case.dy.shape):
        first = f // (F // (groups or case.groups)) * CG
        rows = slice(oh * SH, oh * SH + DH * (KH - 1) + 1, DH)
        cols = slice(ow * SW, ow * SW + DW * (KW - 1) + 1, DW)
        share = case.dy[n, f, oh, ow] * case.weight[f]
        patch = dpadded[n, first : first + CG, rows, cols]
        patch[...] = share if overwrite else patch + share
    return dpadded


def overwritten_by_windows(case: Convolution) -> Array:
    """Return what `=` leaves where the filters are summed first: window after window."""
    dpadded = np.zeros_like(scattered(case))
    for place in np.ndindex(*case.dy.shape[2:]):
        here = np.zeros_like(case.dy)
        here[..., *place] = 1
        touched = scattered(case._replace(dy=here, weight=np.ones_like(case.weight))) != 0
        dpadded[touched] = scattered(case._replace(dy=case.dy * here))[touched]
    return dpadded


def cropped(case: Convolution, dpadded: Array) -> Array:
    """Return the part of a padded gradient that belongs to the image."""
    (top, _), (left, _) = case.window.padding
    H, W = case.x.shape[2:]
    return dpadded[:, :, top : top + H, left : left + W]


@known(
    "For dx the kernel is turned by 180° once too often.",
    "Follow one output pixel back: which weight joined it to the top left pixel of its patch?",
)
def kernel_flipped_in_dx(case: Convolution) -> Gradients:
    turned = backward(case._replace(weight=case.weight[:, :, ::-1, ::-1]))
    return backward(case)._replace(dx=turned.dx)


@known(
    "dx still has its frame of padding.",
    "Compare the shape of dx with that of x.",
)
def padding_left_on_dx(case: Convolution) -> Gradients:
    return backward(case)._replace(dx=scattered(case))


@known(
    "The frame is cut off dx at the bottom and right only: everything is shifted.",
    "Where does the image lie inside the padded gradient?",
)
def padding_cut_at_one_end(case: Convolution) -> Gradients:
    H, W = case.x.shape[2:]
    return backward(case)._replace(dx=scattered(case)[:, :, :H, :W])


@known(
    "dweight is made from the image without its padding.",
    "Which pixel met the kernel's top left weight at the first output: one of the image, or a zero?",
)
def padding_forgotten_in_dweight(case: Convolution) -> Gradients:
    PH, PW = case.padding
    unpadded = case._replace(padding=((0, 2 * PH), (0, 2 * PW)))
    return backward(case)._replace(dweight=backward(unpadded).dweight)


@known(
    "Where windows overlap, the later one overwrites the earlier: `=` stands where `+=` belongs.",
    "How many outputs does a pixel in the middle take part in, and what of each reaches its gradient?",
    also=(lambda case: backward(case)._replace(dx=cropped(case, overwritten_by_windows(case))),),
)
def overlaps_overwritten(case: Convolution) -> Gradients:
    return backward(case)._replace(dx=cropped(case, scattered(case, overwrite=True)))


@known(
    "dx is spread with stride 1, whatever the stride was on the way there.",
    "Which pixels did the second output pixel see?",
)
def stride_ignored_in_dx(case: Convolution) -> Gradients:
    return backward(case)._replace(dx=cropped(case, scattered(case, stride=(1, 1))))


@known(
    "dx is spread onto neighbouring pixels, whatever the dilation was on the way there.",
    "Which pixels met the kernel's second column?",
)
def dilation_ignored_in_dx(case: Convolution) -> Gradients:
    return backward(case)._replace(dx=cropped(case, scattered(case, dilation=(1, 1))))


@known(
    "All groups send their gradient to the channels of the first one.",
    "Which channels did the last filter see?",
)
def groups_ignored_in_dx(case: Convolution) -> Gradients:
    return backward(case)._replace(dx=cropped(case, scattered(case, groups=1)))


@known(
    "dweight is turned by 180°.",
    "Which pixel was multiplied with the top left weight?",
)
def dweight_flipped(case: Convolution) -> Gradients:
    right = backward(case)
    return right._replace(dweight=right.dweight[:, :, ::-1, ::-1])


@known(
    "dweight is divided by the number of images; a loss that is a mean has divided dy already.",
    "If every image is given twice, what happens to the derivative of a sum?",
)
def weight_gradient_averaged(case: Convolution) -> Gradients:
    right = backward(case)
    return right._replace(dweight=right.dweight / len(case.x))


@known(
    "dweight holds the last image's share alone: each image overwrites the one before.",
    "One filter serves all images of a batch: what of each reaches its gradient?",
)
def weight_gradient_of_last_image(case: Convolution) -> Gradients:
    last = backward(case._replace(x=case.x[-1:], dy=case.dy[-1:]))
    return backward(case)._replace(dweight=last.dweight)


@known(
    "dbias is the mean over all pixels and images; it must be their sum.",
    "By how much does the sum of all outputs grow when a bias grows by 1?",
)
def bias_gradient_averaged(case: Convolution) -> Gradients:
    return backward(case)._replace(dbias=case.dy.mean(axis=(0, 2, 3)))


@known(
    "dbias is divided by the number of images.",
    "If every image is given twice, what happens to the derivative of a sum?",
)
def bias_gradient_averaged_over_images(case: Convolution) -> Gradients:
    right = backward(case)
    return right._replace(dbias=right.dbias / len(case.x))


@known(
    "dbias is added up over filters and pixels: there is one number per image.",
    "A bias belongs to a filter. Which axis of dy (N, F, OH, OW) must survive the sum?",
)
def bias_gradient_over_wrong_axes(case: Convolution) -> Gradients:
    return backward(case)._replace(dbias=case.dy.sum(axis=(1, 2, 3)))


@known(
    "dbias is added up over the images only: there is still one number per pixel.",
    "How many numbers has the bias, and to how many pixels is each of them added?",
)
def bias_gradient_per_pixel(case: Convolution) -> Gradients:
    return backward(case)._replace(dbias=case.dy.sum(axis=0))


@known(
    "dbias holds the last image's share alone.",
    "One bias serves all images of a batch: what of each reaches its gradient?",
)
def bias_gradient_of_last_image(case: Convolution) -> Gradients:
    return backward(case)._replace(dbias=case.dy[-1].sum(axis=(1, 2)))


@known(
    "The gradient that comes from above is taken for ones.",
    "Double dy: what must happen to all three results?",
)
def upstream_gradient_forgotten(case: Convolution) -> Gradients:
    return backward(case._replace(dy=np.ones_like(case.dy)))


@known(
    "dx and dweight come back in each other's place.",
    "Compare each result's shape with that of the array whose gradient it is.",
)
def results_in_wrong_order(case: Convolution) -> Gradients:
    dx, dweight, dbias = backward(case)
    return Gradients(dweight, dx, dbias)
