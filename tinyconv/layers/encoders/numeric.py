"""Numbers as they are, brought to a common scale."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from tinyconv.layers.encoders.base import Carried, KeyEncoder, checked_key
from tinyconv.shapes import Array, DTypeError, ShapeError, integer

Scale = float | Sequence[float] | Array


class Numeric(KeyEncoder):
    """(value − mean) / std: one number, or several that belong together.

    For learnt combinations of them see `Project`.

    Args:
        key: where the metadata hold a number, or `size` of them.
        size: how many.
        mean: what is taken off, one number for all or one for each.
        std: what the rest is divided by, one number for all or one for each.

    Raises:
        ShapeError, DTypeError: an argument out of range or of the wrong type.

    >>> from tinyconv.metadata import attach
    >>> metadata = attach([{"temperature": 20}, {"temperature": 35.5}], (2, 4), "demo")
    >>> Numeric("temperature", mean=20, std=10).forward(metadata, np.float64, "demo")[0]
    array([[0.  ],
           [1.55]])
    """

    def __init__(self, key: Hashable, size: int = 1, mean: Scale = 0.0, std: Scale = 1.0) -> None:
        self.key, self.size = checked_key("Numeric", key), integer("Numeric", "size", size, minimum=1)
        self.mean, self.std = (self._scale(name, value) for name, value in (("mean", mean), ("std", std)))
        if not (np.array(self.std) > 0).all():
            raise ShapeError(f"Numeric: std (={std}) must be above 0")

    def forward(self, metadata: Carried, dtype: Any, reader: str) -> tuple[Array, None]:
        """Return the scaled numbers (N, size); there is nothing to learn."""
        values = self._read(metadata, reader)
        with np.errstate(over="ignore"):  # what is too large is refused below
            numbers = self._numbers(values, reader)
            vector = ((numbers - self.mean) / self.std).astype(dtype)  # (N, size)
        finite = np.isfinite(vector)
        if not finite.all():
            row = int(finite.all(axis=1).argmin())
            rule = f"{self._what()}, and finite when scaled, in {vector.dtype}"
            raise self._refusal(ShapeError, reader, row, values[row], rule)
        return vector, None

    def _scale(self, argument: str, value: Any) -> Any:
        """Return a float or a list of floats: what `repr` can show."""
        numbers = np.asarray(value)
        if not _is_numeric(numbers) or not np.isfinite(numbers).all():
            raise DTypeError(f"Numeric: {argument} (={value!r}) must be finite numbers")
        if numbers.shape not in ((), (self.size,)):
            raise ShapeError(
                f"Numeric: {argument} (={value!r}) must be one number, or size (={self.size}) of them"
            )
        return numbers.astype(np.float64).tolist()

    def _numbers(self, values: list[Any], reader: str) -> Array:
        """Return (N, size) float64: all at once, or one by one where something may be wrong."""
        try:
            numbers = np.asarray(values)
        except ValueError:  # of different lengths
            numbers = np.array(None)
        if not _is_numeric(numbers) or not self._fits(numbers.shape[1:]):
            numbers = np.array([self._row(row, value, reader) for row, value in enumerate(values)])
        return numbers.reshape(len(values), self.size).astype(np.float64)

    def _row(self, row: int, value: Any, reader: str) -> Array:
        """Return one image's numbers, or say what is wrong with them."""
        try:
            numbers = np.asarray(value)
        except ValueError:
            numbers = np.array(None)
        if not _is_numeric(numbers):
            raise self._refusal(DTypeError, reader, row, value, self._what())
        if not self._fits(numbers.shape):
            raise self._refusal(ShapeError, reader, row, value, self._what())
        return numbers.reshape(self.size)

    def _what(self) -> str:
        return "a number" if self.size == 1 else f"{self.size} numbers"

    def _fits(self, shape: tuple[int, ...]) -> bool:
        return shape == (self.size,) or (shape == () and self.size == 1)


def _is_numeric(array: Array) -> bool:
    return array.dtype.kind in "biuf"
