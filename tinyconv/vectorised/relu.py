"""ReLU."""

import numpy as np

from tinyconv.shapes import Array


def relu_forward(x: Array) -> Array:
    """Keep what is positive (and NaN), put 0 for the rest."""
    return np.where(x <= 0, x.dtype.type(0), x)


def relu_backward(dy: Array, y: Array) -> Array:
    """Let the gradient through where the output is not 0."""
    return np.where(y <= 0, dy.dtype.type(0), dy)
