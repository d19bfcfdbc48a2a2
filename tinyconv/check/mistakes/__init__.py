"""The catalogue of classic mistakes: each a small wrong implementation with a name, a cause and a hint."""

from tinyconv.check.mistakes import (  # noqa: F401 — each enters its mistakes into the catalogue
    average_pooling,
    col2im,
    convolution,
    convolution_backward,
    film,
    im2col,
    linear,
    max_pooling,
    max_pooling_backward,
    places,
    relu,
)
from tinyconv.check.mistakes.catalogue import CATALOGUE, Mistake

__all__ = ["CATALOGUE", "Mistake"]
