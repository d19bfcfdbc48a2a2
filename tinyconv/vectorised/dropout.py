"""Dropout."""

from tinyconv.shapes import Array


def dropout(x: Array, mask: Array, scale: float) -> Array:
    """Multiply what the mask keeps with `scale`, and the rest with 0: forward and backward alike."""
    return x * (mask * x.dtype.type(scale))
