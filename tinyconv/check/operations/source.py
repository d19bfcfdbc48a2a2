"""Where the numbers of a case come from: Hypothesis, which can make them smaller, or a seeded generator."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from tinyconv.shapes import Array, Pair

T = TypeVar("T")
LARGEST = 4  # entries run from −4 to 4: a person can check them


class Source:
    """Draws small sizes and small numbers. `integers(low, high, count)` is all that it stands on.

    >>> rng = np.random.default_rng(0)
    >>> source = Source(lambda low, high, count: rng.integers(low, high + 1, count).tolist(), {"pairs"})
    >>> source.numbers(2, 3).shape
    (2, 3)
    """

    def __init__(self, integers: Callable[[int, int, int], list[int]], options: Any) -> None:
        self._integers = integers
        self.options = frozenset(options)  # the optional arguments that may be used

    def between(self, low: int, high: int) -> int:
        """Return an int from `low` to `high`."""
        return self._integers(low, high, 1)[0]

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
        entries = self._integers(-LARGEST, LARGEST, int(np.prod(shape)))
        return np.array(entries, self._dtype).reshape(shape) * self._unit

    @cached_property
    def _dtype(self) -> Any:
        return self.one_of((np.float64, np.float32))

    @cached_property
    def _unit(self) -> float:
        return self.one_of((1.0, 0.5))  # halves: whoever cuts to whole numbers shows it
