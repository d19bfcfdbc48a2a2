"""The sigmoid layer."""

from tinyconv.functional.sigmoid import SigmoidCache, sigmoid_backward, sigmoid_forward
from tinyconv.layers.base import Gradients, Layer, Run
from tinyconv.shapes import Array
from tinyconv.trace import Note


class Sigmoid(Layer):
    """1 / (1 + exp(−x)), from 0 to 1: any shape, no parameters; every box stays where it is.

    >>> import numpy as np
    >>> Sigmoid()(np.array([[-1000.0, 0.0, 1000.0]]))[0]
    array([[0. , 0.5, 1. ]])
    """

    def _forward(self, x: Array, run: Run) -> tuple[Array, SigmoidCache]:
        return sigmoid_forward(x, note=run.note)

    def _backward(self, dy: Array, cache: SigmoidCache, note: Note) -> tuple[Array, Gradients]:
        return sigmoid_backward(dy, cache, note=note), {}
