"""What goes wrong in a FiLM layer, there and back."""

from functools import partial

import numpy as np

from tinyconv.check.mistakes.catalogue import mistake
from tinyconv.check.operations.film import Gradients, Modulation, backward, forward
from tinyconv.shapes import Array

there, back = partial(mistake, "film_forward"), partial(mistake, "film_backward")


@there(
    "gamma is added and beta multiplies.",
    "What is the output where x is 0?",
)
def gamma_and_beta_swapped(case: Modulation) -> Array:
    return forward(case._replace(gamma=case.beta, beta=case.gamma))


@there(
    "x is multiplied by 1 + gamma; here gamma itself is the factor.",
    "What is the output where gamma and beta are 0?",
)
def one_added_to_gamma(case: Modulation) -> Array:
    return forward(case._replace(gamma=case.gamma + 1))


@there(
    "beta is added before the multiplication.",
    "What is the output where gamma is 0?",
)
def shifted_before_scaled(case: Modulation) -> Array:
    return forward(case._replace(beta=case.beta * case.gamma))


@there(
    "beta is never added.",
    "What is the output where x is 0?",
)
def beta_forgotten(case: Modulation) -> Array:
    return forward(case._replace(beta=np.zeros_like(case.beta)))


@there(
    "Every image is scaled and shifted like the first one.",
    "Which rows of gamma (N, C) do you read?",
)
def first_image_for_all(case: Modulation) -> Array:
    N = len(case.x)
    gamma, beta = np.repeat(case.gamma[:1], N, axis=0), np.repeat(case.beta[:1], N, axis=0)
    return forward(case._replace(gamma=gamma, beta=beta))


@there(
    "Every channel is scaled and shifted like the first one.",
    "Which columns of gamma (N, C) do you read?",
)
def first_channel_for_all(case: Modulation) -> Array:
    C = case.x.shape[1]
    gamma, beta = np.repeat(case.gamma[:, :1], C, axis=1), np.repeat(case.beta[:, :1], C, axis=1)
    return forward(case._replace(gamma=gamma, beta=beta))


@there(
    "gamma and beta are laid along rows and columns of the maps; they belong to images and channels.",
    "Which axes of x (N, C, H, W) does NumPy line up with an array of (N, C)?",
)
def laid_along_the_wrong_axes(case: Modulation) -> Array:
    return case.gamma * case.x + case.beta


@there(
    "The result is written into x itself, which still belongs to the caller.",
    "Print x before and after the call.",
)
def input_overwritten(case: Modulation) -> Array:
    case.x[...] = forward(case)
    return case.x


@back(
    "dx is dy: the scale is forgotten.",
    "By how much does the output grow when x grows by 1?",
)
def gamma_forgotten_in_dx(case: Modulation) -> Gradients:
    return backward(case)._replace(dx=case.dy.copy())


@back(
    "dx is dy times x; what multiplied x on the way there is something else.",
    "By how much does the output grow when x grows by 1?",
)
def dx_multiplied_by_x(case: Modulation) -> Gradients:
    return backward(case)._replace(dx=case.dy * case.x)


@back(
    "dgamma is the sum of dy alone.",
    "By how much does one pixel of the output grow when gamma grows by 1?",
)
def x_forgotten_in_dgamma(case: Modulation) -> Gradients:
    right = backward(case)
    return right._replace(dgamma=right.dbeta.copy())


@back(
    "dgamma and dbeta are averaged over the pixels; they must be sums.",
    "By how much does the sum of all outputs grow when beta grows by 1?",
)
def averaged_over_pixels(case: Modulation) -> Gradients:
    (dx, dgamma, dbeta), pixels = backward(case), case.x[0, 0].size
    return Gradients(dx, dgamma / pixels, dbeta / pixels)


@back(
    "dgamma and dbeta are added up over the images too: one row is left for all.",
    "Compare their shapes with that of gamma.",
)
def summed_over_images(case: Modulation) -> Gradients:
    dx, dgamma, dbeta = backward(case)
    return Gradients(dx, dgamma.sum(axis=0), dbeta.sum(axis=0))


@back(
    "dgamma and dbeta still have one number per pixel.",
    "To how many pixels of a map does one gamma belong?",
)
def not_summed_over_pixels(case: Modulation) -> Gradients:
    return backward(case)._replace(dgamma=case.dy * case.x, dbeta=case.dy.copy())


@back(
    "dgamma and dbeta come back in each other's place.",
    "Which of the two depends on x?",
)
def results_in_wrong_order(case: Modulation) -> Gradients:
    dx, dgamma, dbeta = backward(case)
    return Gradients(dx, dbeta, dgamma)
