"""ReLU, number by number."""

import numpy as np

from tinyconv.shapes import Array


def relu_forward(x: Array) -> Array:
    """Keep what is positive (and NaN), put 0 for the rest."""
    y = np.zeros(x.shape, x.dtype)
    for place in np.ndindex(x.shape):
        if not x[place] <= 0:
            y[place] = x[place]
    return y


def relu_backward(dy: Array, y: Array) -> Array:
    """Let the gradient through where the output is not 0."""
    dx = np.zeros(dy.shape, dy.dtype)
    for place in np.ndindex(dy.shape):
        if not y[place] <= 0:
            dx[place] = dy[place]
    return dx
