"""One of several named values: as a unit vector, or, where they have an order, as a rank."""

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np

from tinyconv.layers.encoders.base import Carried, KeyEncoder, checked_key, is_hashable
from tinyconv.shapes import Array, DTypeError, ShapeError


class CategoryEncoder(KeyEncoder):
    """What both share: the place of each image's value among those that are allowed."""

    def _ranks(self, allowed: tuple[Hashable, ...], metadata: Carried, reader: str) -> Array:
        rank_of = {value: rank for rank, value in enumerate(allowed)}
        ranks = []
        for row, value in enumerate(self._read(metadata, reader)):
            if not is_hashable(value) or value not in rank_of:
                raise self._refusal(ShapeError, reader, row, value, f"one of {list(allowed)}")
            ranks.append(rank_of[value])
        return np.array(ranks, np.int64)  # (N,)


class OneHot(CategoryEncoder):
    """A 1 in the place of the image's category, and 0 elsewhere: `torch.nn.functional.one_hot`.

    Args:
        key: where the metadata hold the category.
        categories: the values that may stand there, each once.

    Raises:
        ShapeError, DTypeError: no category, one twice, or one that cannot be compared.

    >>> from tinyconv.metadata import attach
    >>> metadata = attach([{"stain": "H&E"}, {"stain": "DAPI"}], (2, 4), "demo")
    >>> OneHot("stain", ["DAPI", "H&E"]).forward(metadata, np.float32, "demo")[0]
    array([[0., 1.],
           [1., 0.]], dtype=float32)
    """

    def __init__(self, key: Hashable, categories: Iterable[Hashable]) -> None:
        self.key = checked_key("OneHot", key)
        self.categories = _distinct("OneHot", "categories", categories, at_least=1)
        self.size = len(self.categories)

    def forward(self, metadata: Carried, dtype: Any, reader: str) -> tuple[Array, None]:
        """Return the unit vectors (N, number of categories); there is nothing to learn."""
        ranks = self._ranks(self.categories, metadata, reader)
        vector = np.zeros((len(ranks), self.size), dtype)
        vector[np.arange(len(ranks)), ranks] = 1
        return vector, None


class Ordinal(CategoryEncoder):
    """The rank of the image's value in an order, from 0 for the first to 1 for the last.

    Args:
        key: where the metadata hold the value.
        order: the values that may stand there, at least two of them, the lowest first.

    Raises:
        ShapeError, DTypeError: fewer than two values, one twice, or one that cannot be compared.

    >>> from tinyconv.metadata import attach
    >>> metadata = attach([{"size": "L"}, {"size": "S"}, {"size": "M"}], (3, 4), "demo")
    >>> Ordinal("size", ["S", "M", "L"]).forward(metadata, np.float64, "demo")[0]
    array([[1. ],
           [0. ],
           [0.5]])
    """

    size = 1

    def __init__(self, key: Hashable, order: Iterable[Hashable]) -> None:
        self.key = checked_key("Ordinal", key)
        self.order = _distinct("Ordinal", "order", order, at_least=2)

    def forward(self, metadata: Carried, dtype: Any, reader: str) -> tuple[Array, None]:
        """Return the ranks (N, 1); there is nothing to learn."""
        ranks = self._ranks(self.order, metadata, reader)
        return (ranks[:, None] / (len(self.order) - 1)).astype(dtype), None


def _distinct(function: str, argument: str, values: Any, at_least: int) -> tuple[Hashable, ...]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise DTypeError(f"{function}: {argument} (={values!r}) must be a list of values")
    values = tuple(values)
    if not all(is_hashable(value) for value in values):
        raise DTypeError(f"{function}: {argument} (={values!r}) must be hashable, like str or int")
    if len(set(values)) != len(values) or len(values) < at_least:
        raise ShapeError(
            f"{function}: {argument} (={values!r}) must be at least {at_least}, and all different"
        )
    return values
