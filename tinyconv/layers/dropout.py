"""The dropout layer."""

import numpy as np

from tinyconv.functional.dropout import DropoutCache, dropout_backward, dropout_forward
from tinyconv.layers.base import Gradients, Layer, Run
from tinyconv.shapes import Array, floats, integer, share
from tinyconv.trace import Note


class Dropout(Layer):
    """In training, put 0 for each number with probability p, and scale the others by 1 / (1 − p).

    What is dropped depends on the seed, on how often the layer has been trained with, and on its name in the
    network, and on nothing else: a run can be repeated, and a checkpoint goes on where it stood. Calling the
    layer, and `forward(…, training=False)`, drops nothing.

    Args:
        p: the probability that a number is dropped, from 0 to 1.
        seed: an int that is not negative.

    Raises:
        ShapeError, DTypeError: an argument out of range or of the wrong type.

    >>> layer = Dropout(0.5)
    >>> x = np.ones((1, 6))
    >>> layer.forward(x)[0], layer.forward(x)[0]
    (array([[2., 2., 2., 0., 0., 0.]]), array([[2., 2., 2., 2., 0., 2.]]))
    >>> layer(x)[0]
    array([[1., 1., 1., 1., 1., 1.]])
    """

    private_buffer_names = ("step",)

    def __init__(self, p: float = 0.5, *, seed: int = 0) -> None:
        self.p = share("Dropout", "p", p)
        self.seed = integer("Dropout", "seed", seed, minimum=0)
        self.step = np.zeros((), np.int64)  # forward passes in training

    def _forward(self, x: Array, run: Run) -> tuple[Array, DropoutCache]:
        x = floats("Dropout", "x", x)
        if not run.training:
            return dropout_forward(x, np.broadcast_to(np.True_, x.shape), p=0, note=run.note)
        stream = np.random.default_rng([self.seed, int(self.step), *run.note.path.encode()])
        mask = np.asarray(stream.random(x.shape, np.float32) >= self.p)
        y, cache = dropout_forward(x, mask, self.p, note=run.note)
        self.step += 1
        return y, cache

    def _backward(self, dy: Array, cache: DropoutCache, note: Note) -> tuple[Array, Gradients]:
        return dropout_backward(dy, cache, note=note), {}
