"""Sigmoid, number by number."""

import math

import numpy as np

from tinyconv.shapes import Array


def sigmoid_forward(x: Array) -> Array:
    """Return 1 / (1 + exp(−x)); exp only sees what is not positive, so it never overflows."""
    y = np.zeros(x.shape, x.dtype)
    for place in np.ndindex(x.shape):
        small = math.exp(-abs(x[place]))
        y[place] = (1 if x[place] >= 0 else small) / (1 + small)
    return y


def sigmoid_backward(dy: Array, y: Array) -> Array:
    """Multiply with the slope, y · (1 − y)."""
    dx = np.zeros(dy.shape, dy.dtype)
    for place in np.ndindex(dy.shape):
        dx[place] = dy[place] * (1 - y[place]) * y[place]
    return dx
