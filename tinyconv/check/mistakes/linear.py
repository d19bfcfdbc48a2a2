"""What goes wrong in a fully connected layer, there and back."""

from functools import partial

import numpy as np

from tinyconv.check.mistakes.catalogue import mistake
from tinyconv.check.operations.linear import Affine, Gradients, backward, forward
from tinyconv.shapes import Array

there, back = partial(mistake, "linear_forward"), partial(mistake, "linear_backward")


@there(
    "The bias is never added.",
    "What is the output for features of 0?",
)
def bias_forgotten(case: Affine) -> Array:
    return forward(case._replace(bias=None))


@there(
    "The bias is added once per feature.",
    "For three features of 0, what is the output?",
)
def bias_once_per_feature(case: Affine) -> Array:
    return forward(case._replace(bias=None if case.bias is None else case.bias * case.x.shape[1]))


@there(
    "The bias runs down the images; each output has its own.",
    "Which axis of y (N, F) has as many entries as the bias?",
)
def bias_per_image(case: Affine) -> Array:
    y = forward(case._replace(bias=None))
    return y if case.bias is None else y + case.bias[:, None]


@there(
    "The weights are not turned: x is multiplied by weight, which is (F, D).",
    "Which axes must meet in the matrix product?",
)
def weight_not_transposed(case: Affine) -> Array:
    y = case.x @ case.weight
    return y if case.bias is None else y + case.bias


@there(
    "The products are averaged; they must be added up.",
    "What do weights of 1 give on features of 1?",
)
def mean_instead_of_sum(case: Affine) -> Array:
    return forward(case._replace(weight=case.weight / case.weight.shape[1]))


@there(
    "Every image of the batch gets the first one's output.",
    "Where does the number of the image appear in your indices?",
)
def first_image_for_all(case: Affine) -> Array:
    return forward(case._replace(x=case.x[np.zeros(len(case.x), int)]))


@there(
    "The output array holds whole numbers: what is behind the point is cut off.",
    "Which dtype does the array have into which you write?",
)
def cut_to_whole_numbers(case: Affine) -> Array:
    return forward(case).astype(np.int64)


@back(
    "dweight is divided by the number of images; a loss that is a mean has divided dy already.",
    "If every image is given twice, what happens to the derivative of a sum?",
)
def weight_gradient_averaged(case: Affine) -> Gradients:
    right = backward(case)
    return right._replace(dweight=right.dweight / len(case.x))


@back(
    "dweight is turned: it is (D, F).",
    "Compare the shapes of dweight and weight.",
)
def weight_gradient_transposed(case: Affine) -> Gradients:
    right = backward(case)
    return right._replace(dweight=right.dweight.T)


@back(
    "dweight holds the last image's share alone: each image overwrites the one before.",
    "One row of weights serves all images of a batch: what of each reaches its gradient?",
)
def weight_gradient_of_last_image(case: Affine) -> Gradients:
    last = backward(case._replace(x=case.x[-1:], dy=case.dy[-1:]))
    return backward(case)._replace(dweight=last.dweight)


@back(
    "dbias is averaged over the images; it must be their sum.",
    "By how much does the sum of all outputs grow when a bias grows by 1?",
)
def bias_gradient_averaged(case: Affine) -> Gradients:
    return backward(case)._replace(dbias=case.dy.mean(axis=0))


@back(
    "dbias is added up over the outputs: there is one number per image.",
    "A bias belongs to an output. Which axis of dy (N, F) must survive the sum?",
)
def bias_gradient_over_wrong_axis(case: Affine) -> Gradients:
    return backward(case)._replace(dbias=case.dy.sum(axis=1))


@back(
    "dbias is dy itself: it is not added up over the images.",
    "How many numbers has the bias?",
)
def bias_gradient_not_summed(case: Affine) -> Gradients:
    return backward(case)._replace(dbias=case.dy.copy())


@back(
    "For dx the weights are turned once too often.",
    "Which axes must meet in the matrix product of dy (N, F) and weight (F, D)?",
)
def weight_transposed_in_dx(case: Affine) -> Gradients:
    return backward(case)._replace(dx=case.dy @ case.weight.T)


@back(
    "The gradient that comes from above is taken for ones.",
    "Double dy: what must happen to all three results?",
)
def upstream_gradient_forgotten(case: Affine) -> Gradients:
    return backward(case._replace(dy=np.ones_like(case.dy)))


@back(
    "dx and dweight come back in each other's place.",
    "Compare each result's shape with that of the array whose gradient it is.",
)
def results_in_wrong_order(case: Affine) -> Gradients:
    dx, dweight, dbias = backward(case)
    return Gradients(dweight, dx, dbias)
