"""Dropout, number by number."""

import numpy as np

from tinyconv.shapes import Array


def dropout(x: Array, mask: Array, scale: float) -> Array:
    """Multiply what the mask keeps with `scale`, and the rest with 0: forward and backward alike."""
    y = np.zeros(x.shape, x.dtype)
    for place in np.ndindex(x.shape):
        y[place] = x[place] * (scale if mask[place] else 0)
    return y
