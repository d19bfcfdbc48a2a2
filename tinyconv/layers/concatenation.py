"""Metadata laid beside what the network sees: behind an image's features, or as further maps."""

from typing import Any, NamedTuple

import numpy as np

from tinyconv.layers.base import Gradients, Layer, Run
from tinyconv.layers.encoders import Encoder
from tinyconv.layers.encoders.base import checked_encoder
from tinyconv.layers.state import within
from tinyconv.shapes import Array, floats, upstream
from tinyconv.trace import Note


class ConcatCache(NamedTuple):
    """What the way back needs."""

    channels: int  # of x
    shape: tuple[int, ...]  # of y
    dtype: np.dtype[Any]
    encoder: Any


class Concat(Layer):
    """What both share: numbers for each image, appended along the axis behind N."""

    axes: str  # of x

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = checked_encoder(type(self).__name__, encoder)

    def parts(self) -> dict[str, Encoder]:
        """Return the encoder."""
        return {"encoder": self.encoder}

    def _forward(self, x: Array, run: Run) -> tuple[Array, ConcatCache]:
        x = floats(type(self).__name__, "x", x, self.axes)
        N, channels, *cells = x.shape
        vector, cache = self.encoder.forward(run.metadata, x.dtype, type(self).__name__)
        tiles = run.note("vector", vector).reshape(N, self.encoder.size, *[1] * len(cells))
        y = np.concatenate([x, np.broadcast_to(tiles, (N, self.encoder.size, *cells))], axis=1)
        return run.note("output", y), ConcatCache(channels, y.shape, x.dtype, cache)

    def _backward(self, dy: Array, cache: ConcatCache, note: Note) -> tuple[Array, Gradients]:
        dy = upstream(type(self).__name__, dy, cache.shape, y=cache.dtype)
        cells = tuple(range(2, dy.ndim))
        dvector = note("dvector", dy[:, cache.channels :].sum(axis=cells))  # (N, size)
        gradients = self.encoder.backward(dvector, cache.encoder)
        return note("dx", dy[:, : cache.channels].copy()), dict(within("encoder", gradients))

    def output_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return (C + size, …) for (C, …)."""
        return shape[0] + self.encoder.size, *shape[1:]


class ConcatMetadata(Concat):
    """Append the encoder's vector to each image's features: (N, D) → (N, D + size), before a dense layer.

    Args:
        encoder: makes `size` numbers per image from the metadata.

    Raises:
        DTypeError: `encoder` is none.

    >>> from tinyconv.layers.encoders import Numeric
    >>> x = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> ConcatMetadata(Numeric("temperature"))(x, [{"temperature": 20}, {"temperature": 30}])[0]
    array([[ 1.,  2., 20.],
           [ 3.,  4., 30.]])
    """

    axes = "ND"


class ConcatMaps(Concat):
    """Append a map for each of the encoder's numbers, which fills it: (N, C, H, W) → (N, C + size, H, W).

    Args:
        encoder: makes `size` numbers per image from the metadata.

    Raises:
        DTypeError: `encoder` is none.

    >>> from tinyconv.layers.encoders import Numeric
    >>> y, metadata = ConcatMaps(Numeric("zoom"))(np.zeros((1, 3, 2, 2)), {"zoom": 10, "bbox": [0, 0, 1, 1]})
    >>> y[0, 3], metadata["bbox"]
    (array([[10., 10.],
           [10., 10.]]), Boxes([0., 0., 1., 1.], canvas=(2, 2)))
    """

    axes = "NCHW"
