"""Arrays of any number of axes as small grids of numbers, with the first difference found."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from tinyconv.check.verdict import TOLERANCE
from tinyconv.shapes import Array

MOST = 12  # grids, rows and columns that are shown of one array


class Grid(NamedTuple):
    """One map of an array: its name with indices, and its numbers as text."""

    name: str
    rows: list[list[str]]


def grids(name: str, value: Any) -> Iterator[Grid]:
    """Yield the maps of an array: of (N, C, H, W) one for each image and channel.

    >>> list(grids("x", np.array([[1.0, 2.5]])))
    [Grid(name='x', rows=[['1', '2.5']])]
    """
    array = np.asarray(value)
    array = array.reshape(1, -1) if array.ndim < 2 else array
    for count, place in enumerate(np.ndindex(array.shape[:-2])):
        if count == MOST:
            return
        indices = f"[{', '.join(map(str, place))}]" if place else ""
        yield Grid(name + indices, [[number(each) for each in row[:MOST]] for row in array[place][:MOST]])


def number(value: Any) -> str:
    """Return a number as a person writes it.

    >>> number(2.0), number(0.25), number(-0.0), number(1 / 3)
    ('2', '0.25', '0', '0.333333')
    """
    text = f"{float(value):g}"
    return "0" if text == "-0" else text


def first_difference(got: Array | None, expected: Any) -> tuple[int, ...] | None:
    """Return where two arrays first differ, in reading order: (…, row, column) as `grids` counts.

    >>> first_difference(np.array([1.0, 2.0]), np.array([1.0, 3.0]))
    (0, 1)
    """
    if got is None or np.shape(got) != np.shape(expected):
        return None
    off = ~np.isclose(got, expected, rtol=TOLERANCE, atol=TOLERANCE)
    off = off.reshape(1, -1) if off.ndim < 2 else off
    places = np.argwhere(off)
    return tuple(places[0].tolist()) if len(places) else None


def mark_of(name: str, place: tuple[int, ...] | None, grid: Grid) -> tuple[int, int] | None:
    """Return the row and column of the first difference, if it lies on this grid."""
    if place is None:
        return None
    indices = f"[{', '.join(map(str, place[:-2]))}]" if len(place) > 2 else ""
    return (place[-2], place[-1]) if grid.name == name + indices else None
