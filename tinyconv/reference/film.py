"""FiLM, number by number."""

import numpy as np

from tinyconv.shapes import Array


def film_forward(x: Array, gamma: Array, beta: Array) -> Array:
    """Return gamma·x + beta: x is (N, C, …), gamma and beta (N, C)."""
    y = np.zeros(x.shape, x.dtype)
    for place in np.ndindex(x.shape):
        n, c = place[:2]
        y[place] = gamma[n, c] * x[place] + beta[n, c]
    return y


def film_backward(dy: Array, x: Array, gamma: Array) -> tuple[Array, Array, Array]:
    """Send each output's gradient back to the number, the gamma and the beta that made it."""
    dx, dgamma, dbeta = np.zeros_like(x), np.zeros_like(gamma), np.zeros_like(gamma)
    for place in np.ndindex(dy.shape):
        n, c = place[:2]
        dx[place] = gamma[n, c] * dy[place]
        dgamma[n, c] += dy[place] * x[place]
        dbeta[n, c] += dy[place]
    return dx, dgamma, dbeta
