"""What every layer is: parameters, a window, and the contract of `forward` and `backward`."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from tinyconv.geometry import Window
from tinyconv.layers.state import Gradients, Stateful
from tinyconv.metadata import Metadata, MetadataBatch, attach
from tinyconv.shapes import Array
from tinyconv.trace import SILENT, Note


class Run(NamedTuple):
    """What one forward pass knows beside x."""

    metadata: Metadata | MetadataBatch | None
    training: bool  # whether dropout drops, and running statistics run
    note: Note


class Layer(Stateful):
    """A layer: its parameters and buffers are its only state, and whether it trains is an argument.

    A subclass computes (`_forward`, `_backward`) and states one fact about space: its `window`, or, where it
    mixes places, why places end there. The metadata is carried here, in one place for all layers.
    """

    window: Window | None = None  # None: every place stays where it is
    mixes_places: str = ""  # why a cell behind this layer has no place on the image

    def __call__(self, x: Array, metadata: Any = None) -> tuple[Array, Any]:
        """Look: return y and the metadata that belong to it, as after training; the layer does not change."""
        y, metadata, _ = self.forward(x, metadata, training=False)
        return y, metadata

    def forward(
        self, x: Array, metadata: Any = None, *, training: bool = True, note: Note = SILENT
    ) -> tuple[Array, Any, Any]:
        """Learn: return y, its metadata, and the cache that `backward` needs.

        Args:
            x: (N, C, H, W), or (N, D) for a dense layer.
            metadata: None, one dict (for one image), a list of N dicts, or what another layer returned.
            training: whether dropout drops, and normalisation takes and keeps the statistics of this batch.
            note: is told every intermediate array.

        Raises:
            ShapeError, DTypeError: x does not fit the layer, or the metadata does not fit x.
        """
        metadata = attach(metadata, np.shape(x), type(self).__name__)
        y, cache = self._forward(x, Run(metadata, training, note))
        return y, self.carry(metadata, note.path, y.shape), cache

    def backward(self, dy: Array, cache: Any, *, note: Note = SILENT) -> tuple[Array, Gradients]:
        """Return dx, and the gradients of the parameters under their names, given `dy` like y."""
        return self._backward(dy, cache, note)

    def parameter_gradients(self, dy: Array, cache: Any) -> Gradients:
        """Return the gradients of the parameters alone, where dx would not be used."""
        return self.backward(dy, cache)[1]

    def _forward(self, x: Array, run: Run) -> tuple[Array, Any]:
        raise NotImplementedError(f"{type(self).__name__} must compute _forward")

    def _backward(self, dy: Array, cache: Any, note: Note) -> tuple[Array, Gradients]:
        raise NotImplementedError(f"{type(self).__name__} must compute _backward")

    def carry(self, metadata: Any, path: str, shape: tuple[int, ...]) -> Any:
        """Return attached metadata as they are behind this layer at `path`, whose y has `shape`."""
        if metadata is None:
            return None
        name = path or type(self).__name__
        if self.mixes_places:
            return metadata.ended(name, self.mixes_places)
        if self.window is None:
            return metadata.through(name)
        return metadata.through(name, self.window, *shape[2:])

    def leaves(self, name: str = "") -> "Iterator[tuple[str, Layer]]":
        """Yield the layers that run one after the other, with their names: this one alone, under `name`."""
        yield name, self

    def output_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the shape of y for one image of `shape`, both without N."""
        return shape

    def multiply_adds(self, output_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the factors whose product is the number of multiply-adds for one image."""
        return (0,)


def named(dweight: Array, dbias: Array | None) -> Gradients:
    """Return the gradients under their names; without a bias there is none of it."""
    return {"weight": dweight} if dbias is None else {"weight": dweight, "bias": dbias}


def uniform(rng: Any, shape: tuple[int, ...], fan_in: int, dtype: Any) -> Array:
    """Return PyTorch's default initialisation: uniform between ±1/√fan_in.

    That is Kaiming's uniform initialisation with a = √5, for weights and biases alike.
    """
    bound = 1 / np.sqrt(max(fan_in, 1))
    return np.random.default_rng(rng).uniform(-bound, bound, shape).astype(dtype)
