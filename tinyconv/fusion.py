"""Which layers of a chain run as one: every conv → ReLU → max-pool whose pool allows it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from tinyconv.functional.block import block_backward, block_forward, block_parameter_gradients, can_fuse
from tinyconv.layers import Conv2d, Gradients, Layer, MaxPool2d, ReLU
from tinyconv.layers.base import named
from tinyconv.layers.state import within
from tinyconv.metadata import attach
from tinyconv.shapes import Array
from tinyconv.trace import Note


class Single(NamedTuple):
    """One layer that runs by itself."""

    name: str
    layer: Layer

    def forward(self, x: Array, metadata: Any, training: bool, note: Note) -> tuple[Array, Any, Any]:
        """Return what the layer does."""
        return self.layer.forward(x, metadata, training=training, note=note.within(self.name))

    def backward(self, dy: Array, cache: Any, note: Note) -> tuple[Array, Gradients]:
        """Return dx, and the gradients with the layer's name before theirs."""
        dx, gradients = self.layer.backward(dy, cache, note=note.within(self.name))
        return dx, dict(within(self.name, gradients))

    def parameter_gradients(self, dy: Array, cache: Any) -> Gradients:
        """Return the gradients alone."""
        return dict(within(self.name, self.layer.parameter_gradients(dy, cache)))


class Block(NamedTuple):
    """Three layers that run as one, with the bits and the metadata of the three."""

    names: list[str]
    layers: list[Any]

    def forward(self, x: Array, metadata: Any, training: bool, note: Note) -> tuple[Array, Any, Any]:
        """Return y, its metadata behind all three, and one cache; all three train as they look."""
        conv, _, pool = self.layers
        metadata = attach(metadata, np.shape(x), type(conv).__name__)
        y, cache = block_forward(
            x, conv.weight, conv.bias, conv.stride, conv.padding, conv.dilation, conv.groups, pool.window
        )
        conv_shape = cache.conv.output_shape
        for name, layer, shape in zip(
            self.names, self.layers, (conv_shape, conv_shape, y.shape), strict=True
        ):
            metadata = layer.carry(metadata, note.within(name).path, shape)
        return y, metadata, cache

    def backward(self, dy: Array, cache: Any, note: Note) -> tuple[Array, Gradients]:
        """Return dx, and the convolution's gradients with its name before theirs."""
        dx, dweight, dbias = block_backward(dy, cache)
        return dx, dict(within(self.names[0], named(dweight, dbias)))

    def parameter_gradients(self, dy: Array, cache: Any) -> Gradients:
        """Return the convolution's gradients alone."""
        return dict(within(self.names[0], named(*block_parameter_gradients(dy, cache))))


def steps(layers: dict[str, Layer], fuse: bool) -> Iterator[Single | Block]:
    """Yield the layers in order, three at a time where they can run as one and `fuse` allows it.

    >>> from tinyconv.layers import Flatten
    >>> layers = {"conv": Conv2d(1, 2, 3), "relu": ReLU(), "pool": MaxPool2d(2), "flatten": Flatten()}
    >>> [type(step).__name__ for step in steps(layers, fuse=True)]
    ['Block', 'Single']
    """
    names, values = list(layers), list(layers.values())
    first = 0
    while first < len(names):
        if fuse and _is_block(values[first : first + 3]):
            yield Block(names[first : first + 3], values[first : first + 3])
            first += 3
        else:
            yield Single(names[first], values[first])
            first += 1


def _is_block(layers: list[Any]) -> bool:
    """A subclass may compute something else, so only the very classes count."""
    return [type(layer) for layer in layers] == [Conv2d, ReLU, MaxPool2d] and can_fuse(layers[2].window)
