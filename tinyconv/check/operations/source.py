"""Where the numbers of a case come from: Hypothesis, which can make them smaller, or a seeded generator."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from tinyconv.shapes import Array, Pair

T = TypeVar("T")
Pick = Callable[[int, int], int]  # (low, high) → an int between them
Fill = Callable[[int], list[int]]  # a count → so many entries


class Source:
    """Draws small sizes, and arrays of small numbers, for one case.

    >>> source = Source(lambda low, high: high, lambda count: [1] * count, {"stride", "pairs"})
    >>> source.pair("stride", 1, 3), source.numbers(2)
    ((3, 3), array([0.5, 0.5], dtype=float32))
    """

    def __init__(self, pick: Pick, fill: Fill, options: Iterable[str]) -> None:
        self.between, self._fill = pick, fill
        self.options = frozenset(options)  # the optional arguments that may be used

    def fresh(self) -> "Source":
        """Return a source for the next case."""
        return Source(self.between, self._fill, self.options)

    def one_of(self, choices: Sequence[T]) -> T:
        """Return one of the choices; the first is the simplest."""
        return choices[self.between(0, len(choices) - 1)]

    def pair(self, option: str, low: int, high: int) -> Pair:
        """Return (rows, columns) for an option, or twice `low` where it may not be used."""
        if option not in self.options:
            return low, low
        rows = self.between(low, high)
        apart = "pairs" in self.options and self.between(0, 1)
        return rows, self.between(low, high) if apart else rows

    def whole(self, option: str, low: int, high: int) -> int:
        """Return an int for an option, or `low` where it may not be used."""
        return self.between(low, high) if option in self.options else low

    def under(self, kernel: Pair, padding: Pair, dilation: Pair) -> Pair:
        """Return the size (H, W) of an image into which a kernel fits."""
        axes = zip(kernel, padding, dilation, strict=True)
        H, W = (max(1, d * (k - 1) + 1 - 2 * p) + self.between(0, 3) for k, p, d in axes)
        return H, W

    def numbers(self, *shape: int) -> Array:
        """Return an array of small numbers, in this case's unit and dtype."""
        entries = self._fill(int(np.prod(shape)))
        return np.array(entries, self._dtype).reshape(shape) * self._unit

    @cached_property
    def _dtype(self) -> Any:
        return self.one_of((np.float64, np.float32))

    @cached_property
    def _unit(self) -> float:
        return self.one_of((1.0, 0.5))  # halves: whoever cuts to whole numbers shows it
