"""Cells that hold numbers: a board of coloured squares in edge coordinates, with lines between them."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba

from tinyconv.plot.style import FRAME
from tinyconv.shapes import Array


def painted(shape: tuple[int, int], colour: str) -> Array:
    """Return the faces of a board in one colour, (H, W, 4)."""
    faces = np.empty((*shape, 4))
    faces[:] = to_rgba(colour)
    return faces


def draw_board(ax: Axes, faces: Array, left: float = 0, top: float = 0) -> None:
    """Draw a board of faces (H, W, 4) whose first cell has its corner at (left, top)."""
    H, W = faces.shape[:2]
    right, bottom = left + W, top + H
    ax.imshow(faces, extent=(left, right, bottom, top), interpolation="nearest")
    ax.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[])
    ax.add_collection(grid(H, W, left, top), autolim=False)
    for spine in ax.spines.values():
        spine.set_visible(False)


def grid(H: int, W: int, left: float = 0, top: float = 0) -> LineCollection:
    """Return the lines around all cells."""
    across = [[(left, y), (left + W, y)] for y in top + np.arange(H + 1)]
    upright = [[(x, top), (x, top + H)] for x in left + np.arange(W + 1)]
    return LineCollection(across + upright, colors=FRAME, linewidths=0.6, zorder=2, clip_on=False)
