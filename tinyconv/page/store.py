"""The page's arrays: each set of bytes once, as base64; and what follows from another one as its recipe.

A recipe is only taken where it gives the very bits of the engine's array, so the page never computes
anything that the engine did not.
"""

import base64
import hashlib
from typing import Any

import numpy as np

from tinyconv.shapes import Array


def encoded(array: Array) -> str:
    """Return the bytes of an array as base64.

    >>> encoded(np.array([1, 2], np.uint8))
    'AQI='
    """
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


class Store:
    """Numbered arrays on their way into the page.

    >>> store = Store()
    >>> store.put(np.array([-1.0, 2.0])), store.put(np.array([[-1.0, 2.0]]))  # the same bytes
    (0, 0)
    >>> store.masked(np.array([0.0, 2.0]), of=0)
    1
    >>> store.entries[1]
    {'recipe': 'masked', 'of': 0, 'bits': 'QA=='}
    """

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self._arrays: list[Array] = []
        self._numbers: dict[bytes, int] = {}

    def put(self, array: Array) -> int:
        """Keep an array, and return its number."""
        flat = np.ascontiguousarray(array).ravel()
        if flat.dtype == bool:
            flat = flat.view(np.uint8)
        little = flat.astype(flat.dtype.newbyteorder("<"), copy=False)
        return self._keep(flat, {"dtype": little.dtype.str[1:], "data": encoded(little)})

    def masked(self, array: Array, of: int) -> int:
        """Keep an array that holds the values of another one, or 0: a bit for each."""
        kept = array.ravel() != 0
        made = np.where(kept, self._arrays[of], self._arrays[of].dtype.type(0))
        return self._either(array, made, {"recipe": "masked", "of": of, "bits": encoded(np.packbits(kept))})

    def gathered(self, array: Array, of: int, indices: Array, plane: int) -> int:
        """Keep the winners of a max-pool (C, OH, OW): they stand at `indices` in planes of `plane` values."""
        where = _places_in_planes(indices, plane)
        made = np.where(indices.ravel() < 0, -np.inf, self._arrays[of][where]).astype(array.dtype)
        return self._either(array, made, self._by_indices("gathered", of, indices, plane))

    def scattered(self, array: Array, of: int, indices: Array, plane: int) -> int:
        """Keep a max-pool's dx (C, H, W): its dy, added up at `indices`."""
        made, won = np.zeros(array.size, array.dtype), indices.ravel() >= 0
        np.add.at(made, _places_in_planes(indices, plane)[won], self._arrays[of][won])
        return self._either(array, made, self._by_indices("scattered", of, indices, plane))

    def _by_indices(self, recipe: str, of: int, indices: Array, plane: int) -> dict[str, Any]:
        number = self.put(small(indices))
        return {"recipe": recipe, "of": of, "indices": number, "planes": len(indices), "plane": plane}

    def _either(self, array: Array, made: Array, recipe: dict[str, Any]) -> int:
        """Keep the recipe where it makes the same bits, else the array itself."""
        if made.dtype != array.dtype or made.tobytes() != np.ascontiguousarray(array).tobytes():
            return self.put(array)
        return self._keep(made, recipe)

    def _keep(self, flat: Array, entry: dict[str, Any]) -> int:
        key = hashlib.sha256(flat.dtype.str.encode() + flat.tobytes()).digest()
        if key not in self._numbers:
            self._numbers[key] = len(self.entries)
            self.entries.append(entry)
            self._arrays.append(flat)
        return self._numbers[key]


def small(indices: Array) -> Array:
    """Return ints in 16 bits where they fit, else in 32."""
    return indices.astype(np.int16 if indices.max(initial=0) < 2**15 else np.int32)


def _places_in_planes(indices: Array, plane: int) -> Array:
    """Return the flat index of each index h·W + w of (C, OH, OW); any for −1."""
    first = np.arange(len(indices)).reshape(-1, *[1] * (indices.ndim - 1)) * plane
    return (np.maximum(indices, 0) + first).ravel()
