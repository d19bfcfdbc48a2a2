"""The ReLU layer."""

from tinyconv.functional.relu import ReLUCache, relu_backward, relu_forward
from tinyconv.layers.base import Gradients, Layer, Run
from tinyconv.shapes import Array
from tinyconv.trace import Note


class ReLU(Layer):
    """Keep what is positive, put 0 for the rest: any shape, no parameters; every box stays where it is.

    >>> import numpy as np
    >>> y, metadata = ReLU()(np.array([[-1.0, 2.0]]))
    >>> y
    array([[0., 2.]])
    """

    def _forward(self, x: Array, run: Run) -> tuple[Array, ReLUCache]:
        return relu_forward(x, note=run.note)

    def _backward(self, dy: Array, cache: ReLUCache, note: Note) -> tuple[Array, Gradients]:
        return relu_backward(dy, cache, note=note), {}
