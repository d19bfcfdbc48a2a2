"""Numbers in their cells, in the ink that is legible on each cell's colour."""

from math import floor, log10
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from tinyconv.plot.style import Scale, ink_on
from tinyconv.shapes import Array

ROOMY = 0.24  # inches: the side of a cell that has room for a number of four characters


def decimals(array: Array) -> int:
    """Return how many decimals show two digits that count in the largest number; none for whole numbers.

    >>> decimals(np.array([3.0, -2.0])), decimals(np.array([0.12, -0.5])), decimals(np.array([0.012]))
    (0, 2, 3)
    """
    finite = np.abs(array[np.isfinite(array)])
    most = float(finite.max(initial=0))
    if most == 0 or (finite == np.round(finite)).all():
        return 0
    return min(4, max(0, 1 - floor(log10(most))))


def text_of(value: float, digits: int) -> str:
    """Return a number without the sign of a negative zero, and with a minus as wide as a digit.

    >>> text_of(-1.25, 1), text_of(-0.0, 2)
    ('−1.2', '0.00')
    """
    return f"{value:z.{digits}f}".replace("-", "−")


def write(ax: Axes, cells: Array, scale: Scale, size: float, digits: int | None = None) -> None:
    """Write each number of a map (H, W) into its cell, which has the colour that `scale` gives it."""
    digits = decimals(cells) if digits is None else digits
    span = scale.vmax - scale.vmin
    colours = scale.cmap((np.asarray(cells, float) - scale.vmin) / span)  # (H, W, 4)
    for (row, col), value in np.ndenumerate(cells):
        put(ax, row, col, text_of(value, digits), size, ink_on(colours[row, col]))


def put(ax: Axes, row: float, col: float, text: str, size: float, colour: str, **options: Any) -> None:
    """Write a text in the middle of a cell."""
    options = {"ha": "center", "va": "center", **options}
    ax.text(col + 0.5, row + 0.5, text, fontsize=size, color=colour, **options)


def fits(cells: Array, inches: float) -> bool:
    """Return whether a map (H, W) drawn that many inches wide has room for its numbers."""
    return inches / cells.shape[1] >= ROOMY
