"""Sigmoid."""

import numpy as np

from tinyconv.shapes import Array


def sigmoid_forward(x: Array) -> Array:
    """Return 1 / (1 + exp(−x)): where exp overflows, to infinity, the quotient is 0 as it should be."""
    return 1 / (1 + np.exp(-x))


def sigmoid_backward(dy: Array, y: Array) -> Array:
    """Multiply with the slope, y · (1 − y)."""
    return dy * (1 - y) * y
