"""Numbers in their cells, in the ink that is legible on each cell's colour."""

from math import floor, log10
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from tinyconv.plot.style import Scale, ink_on
from tinyconv.shapes import Array

LARGEST, SMALLEST = 8.0, 4.5  # points
LETTER = 0.72  # the width of a digit, as a share of its size, and some room


def decimals(array: Array) -> int:
    """Return how many decimals to write: enough for all numbers if two are, else for two digits that count.

    >>> [decimals(np.array(numbers)) for numbers in ([3, -2], [2.5, 0.75], [0.123, 1], [0.012345])]
    [0, 2, 1, 3]
    """
    finite = np.abs(array[np.isfinite(array)]).astype(np.float64)
    for digits in range(3):
        if (finite == np.round(finite, digits)).all():
            return digits
    return min(4, max(0, 1 - floor(log10(finite.max()))))


def text_of(value: float, digits: int) -> str:
    """Return a number without the sign of a negative zero, and with a minus as wide as a digit.

    >>> text_of(-1.25, 1), text_of(-0.0, 2)
    ('−1.2', '0.00')
    """
    return f"{value:z.{digits}f}".replace("-", "−")


def write(ax: Axes, cells: Array, scale: Scale, size: float, digits: int | None = None) -> None:
    """Write each number of a map (H, W) into its cell, which has the colour that `scale` gives it."""
    digits, colours = decimals(cells) if digits is None else digits, scale.colours(cells)
    for (row, col), value in np.ndenumerate(cells):
        put(ax, row, col, text_of(value, digits), size, ink_on(colours[row, col]))


def put(ax: Axes, row: float, col: float, text: str, size: float, colour: str, **options: Any) -> None:
    """Write a text in the middle of a cell."""
    options = {"ha": "center", "va": "center", **options}
    ax.text(col + 0.5, row + 0.5, text, fontsize=size, color=colour, **options)


def letters(cells: Array, inches: float) -> float:
    """Return the size in points in which all numbers of a map (H, W) fit into cells of a side; 0: none does.

    >>> letters(np.ones((3, 3)), 0.3), letters(np.ones((99, 99)), 0.01)
    (8.0, 0.0)
    """
    longest = max(len(text_of(value, decimals(cells))) for value in cells.flat)
    size = min(LARGEST, 72 * inches * 0.6, 72 * inches / (LETTER * max(2, longest)))
    return size if size >= SMALLEST else 0.0
