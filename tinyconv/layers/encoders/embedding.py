"""A learnt vector for each of several ids."""

from collections.abc import Hashable
from numbers import Integral
from typing import Any

import numpy as np

from tinyconv.layers.encoders.base import Carried, KeyEncoder, checked_key
from tinyconv.layers.state import Gradients
from tinyconv.shapes import Array, DTypeError, ShapeError, float_dtype, integer, same_dtype


class Embedding(KeyEncoder):
    """The row of a learnt table that the image's id names, as `torch.nn.Embedding` does it.

    Args:
        key: where the metadata hold the id, an int from 0 to `num_embeddings` − 1.
        num_embeddings: how many ids there are.
        embedding_dim: the numbers that are learnt for each of them.
        rng: a `numpy.random.Generator` (or a seed) for the initialisation, which is N(0, 1).
        dtype: of the table: float32 or float64.

    Raises:
        ShapeError, DTypeError: an argument out of range or of the wrong type.

    >>> from tinyconv.metadata import attach
    >>> metadata = attach([{"operator": 2}, {"operator": 0}], (2, 4), "demo")
    >>> embedding = Embedding("operator", 3, 2, rng=0)
    >>> vector, cache = embedding.forward(metadata, np.float32, "demo")
    >>> (vector == embedding.weight[[2, 0]]).all()
    np.True_
    """

    parameter_names = ("weight",)

    def __init__(
        self,
        key: Hashable,
        num_embeddings: int,
        embedding_dim: int,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        self.key = checked_key("Embedding", key)
        self.num_embeddings = integer("Embedding", "num_embeddings", num_embeddings, minimum=1)
        self.embedding_dim = self.size = integer("Embedding", "embedding_dim", embedding_dim, minimum=1)
        shape, dtype = (self.num_embeddings, self.embedding_dim), float_dtype("Embedding", dtype)
        self.weight = np.random.default_rng(rng).standard_normal(shape).astype(dtype)

    def forward(self, metadata: Carried, dtype: Any, reader: str) -> tuple[Array, Array]:
        """Return the rows of the images' ids (N, embedding_dim), and the ids."""
        same_dtype("Embedding", x=np.dtype(dtype), weight=self.weight)
        ids = self._ids(self._read(metadata, reader), reader)
        return self.weight[ids], ids

    def backward(self, dvector: Array, cache: Array) -> Gradients:
        """Add each image's gradient onto the row of its id: ids that come again add up."""
        dweight = np.zeros_like(self.weight)
        np.add.at(dweight, cache, dvector)
        return {"weight": dweight}

    def _ids(self, values: list[Any], reader: str) -> Array:
        rule = f"an int from 0 to {self.num_embeddings - 1}"
        for row, value in enumerate(values):
            if isinstance(value, bool) or not isinstance(value, Integral):
                raise self._refusal(DTypeError, reader, row, value, rule)
            if not 0 <= int(value) < self.num_embeddings:
                raise self._refusal(ShapeError, reader, row, value, rule)
        return np.array(values, np.int64)
