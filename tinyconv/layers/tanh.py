"""The tanh layer."""

from tinyconv.functional.tanh import TanhCache, tanh_backward, tanh_forward
from tinyconv.layers.base import Gradients, Layer, Run
from tinyconv.shapes import Array
from tinyconv.trace import Note


class Tanh(Layer):
    """tanh(x), from −1 to 1: any shape, no parameters; every box stays where it is.

    >>> import numpy as np
    >>> Tanh()(np.array([[-1000.0, 0.0, 1000.0]]))[0]
    array([[-1.,  0.,  1.]])
    """

    def _forward(self, x: Array, run: Run) -> tuple[Array, TanhCache]:
        return tanh_forward(x, note=run.note)

    def _backward(self, dy: Array, cache: TanhCache, note: Note) -> tuple[Array, Gradients]:
        return tanh_backward(dy, cache, note=note), {}
