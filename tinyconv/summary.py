"""A network as a table: layer, output shape, parameters, multiply-adds, receptive field.

Before an image has come, its size is a letter: a map behind a stride of 2 is ⌊H/2⌋ rows high. The formulas in
`geometry` do that arithmetic themselves, as a `Size` answers to +, − and //.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tinyconv.geometry import View


@dataclass(frozen=True)
class Size:
    """⌊(letter + add) / by⌋: every size that a chain of windows can make of an image's.

    >>> (Size("H") - 2) // 2
    ⌊(H−2)/2⌋
    >>> (Size("H") // 2 + 1) // 2
    ⌊(H+2)/4⌋
    """

    letter: str
    add: int = 0
    by: int = 1

    def __add__(self, number: int) -> "Size":
        """Return ⌊(letter + add + number·by) / by⌋."""
        return Size(self.letter, self.add + number * self.by, self.by)

    def __sub__(self, number: int) -> "Size":
        """Return the size less `number`."""
        return self + -number

    def __floordiv__(self, number: int) -> "Size":
        """Return ⌊…/(by·number)⌋: floors of floors are one floor."""
        return Size(self.letter, self.add, self.by * number)

    def __repr__(self) -> str:
        sign = f"{self.add:+d}".replace("-", "−") if self.add else ""
        if self.by == 1:
            return self.letter + sign
        return f"⌊({self.letter}{sign})/{self.by}⌋" if sign else f"⌊{self.letter}/{self.by}⌋"


TITLES = ("name", "layer", "output shape", "parameters", "multiply-adds", "sees")


class Row(NamedTuple):
    """One layer of the table."""

    name: str
    layer: str
    output_shape: tuple[Any, ...]  # without N
    parameters: int
    multiply_adds: tuple[Any, ...]  # the factors, for one image
    receptive_field: str  # rows×columns in pixels that one cell sees


class Table(tuple[Row, ...]):
    """The rows; printed, a table with totals."""

    __slots__ = ()

    def __repr__(self) -> str:
        cells: list[tuple[str, ...]] = [TITLES]
        for row in self:
            shape = f"(N, {', '.join(_product(size) for size in row.output_shape)})"
            numbers = f"{row.parameters:,}", _product(row.multiply_adds), row.receptive_field
            cells.append((row.name, row.layer, shape, *numbers))
        adds = [math.prod(row.multiply_adds) for row in self if _known(row.multiply_adds)]
        total = f"{sum(adds):,}" if len(adds) == len(self) else ""
        cells.append(("total", "", "", f"{sum(row.parameters for row in self):,}", total, ""))
        lines = aligned(cells)
        rule = "─" * max(map(len, lines))
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


def summarize(layers: Mapping[str, Any], shape: tuple[Any, ...]) -> Table:
    """Return the table of named layers for one image of `shape` (C, H, W); sizes may be `Size`s.

    An array that layers share is counted where it comes first.
    """
    rows, view, mixed, counted = [], View.of_image(0, 0), False, set[int]()
    for name, text, layer in _opened(layers):
        shape = _behind(layer, shape)
        mixed = mixed or bool(layer.mixes_places)
        if layer.window:
            view = view.through(layer.window, 0, 0)
        sees = "all" if mixed else f"{view.rows.reach}×{view.cols.reach}"
        own = {id(array): array.size for array in layer.parameters().values() if id(array) not in counted}
        counted.update(own)
        rows.append(Row(name, text, shape, sum(own.values()), layer.multiply_adds(shape), sees))
    return Table(rows)


def _opened(layers: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield name, text and layer; a layer with a body comes behind the layers inside of it."""
    for name, layer in layers.items():
        if hasattr(layer, "body"):
            yield from _opened(dict(layer.body.leaves(f"{name}.body")))
            yield name, f"{type(layer).__name__}(body)", layer
        else:
            yield name, repr(layer), layer


def _behind(layer: Any, shape: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the output shape; "?" where a letter is not enough: a pool that may hang over the edge."""
    try:
        return layer.output_shape(shape)
    except TypeError:
        return ("?",) * len(shape)


def _known(factors: tuple[Any, ...]) -> bool:
    return all(isinstance(factor, int) for factor in factors)


def _product(factors: Any) -> str:
    """Write a product: the known numbers multiplied, the letters behind them."""
    if not isinstance(factors, tuple):
        return str(factors)
    number = math.prod(factor for factor in factors if isinstance(factor, int))
    letters = [_bracketed(factor) for factor in factors if not isinstance(factor, int)]
    return "·".join([f"{number:,}", *letters])


def _bracketed(factor: Any) -> str:
    is_sum = isinstance(factor, Size) and factor.add and factor.by == 1
    return f"({factor})" if is_sum else str(factor)


def aligned(cells: Sequence[tuple[str, ...]], texts: int = 3) -> list[str]:
    """Set the columns side by side: the first, which are texts, to the left; numbers to the right.

    >>> aligned([("name", "zeros"), ("relu1", "50 %")], texts=1)
    ['name   zeros', 'relu1   50 %']
    """
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = []
    for row in cells:
        pieces = [
            cell.rjust(width) if column >= texts else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(pieces).rstrip())
    return lines
