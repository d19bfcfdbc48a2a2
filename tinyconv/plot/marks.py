"""How each kind of annotation is drawn over a map: one pair of functions per kind.

A new kind registers a function with `draw`, and one with `corners` if its objects are to have labels.
"""

from collections.abc import Sequence
from functools import singledispatch

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from tinyconv.metadata import Boxes, Mask, Points, Spatial
from tinyconv.plot.halo import halo
from tinyconv.plot.outlines import outlines
from tinyconv.plot.style import HALO, Pen
from tinyconv.shapes import Array


@singledispatch
def draw(kind: Spatial, ax: Axes, colours: Sequence[str], pen: Pen) -> None:
    """Draw the objects of `kind` that are on the map, row i in `colours[i]`."""


@singledispatch
def corners(kind: Spatial) -> Array:
    """Return (M, 2) float64: x and y of each object's top left corner, where its label goes; NaN for none."""
    return np.full((len(kind), 2), np.nan)


@draw.register
def _(kind: Boxes, ax: Axes, colours: Sequence[str], pen: Pen) -> None:
    for (x1, y1, x2, y2), colour, status in zip(kind.xyxy, colours, kind.status, strict=True):
        if status != "outside":
            box = Rectangle(
                (x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=colour, linewidth=pen.line, zorder=3
            )
            box.set(path_effects=halo(pen.line, pen.halo), snap=False)
            ax.add_patch(box)


@corners.register
def _(kind: Boxes) -> Array:
    return np.where(kind.status[:, None] == "outside", np.nan, kind.xyxy[:, :2])


@draw.register
def _(kind: Points, ax: Axes, colours: Sequence[str], pen: Pen) -> None:
    xy, inside = np.asarray(kind.xy), np.asarray(kind.inside)  # (M, 2) or (M, K, 2)
    rows = np.broadcast_to(np.arange(len(kind)).reshape(-1, *[1] * (inside.ndim - 1)), inside.shape)
    x, y = xy[inside].T
    ax.scatter(
        x,
        y,
        s=(4 * pen.line) ** 2,
        c=[colours[row] for row in rows[inside]],
        edgecolors=HALO,
        linewidths=pen.halo / 2,
        zorder=4,
    )


@corners.register
def _(kind: Points) -> Array:
    on_map = np.where(kind.inside[..., None], kind.xy, np.inf)
    first = on_map if on_map.ndim == 2 else on_map.min(axis=1, initial=np.inf)  # (M, 2)
    return np.where(np.isfinite(first), first, np.nan)


@draw.register
def _(kind: Mask, ax: Axes, colours: Sequence[str], pen: Pen) -> None:
    edges, rows = _mask_edges(kind)
    lines = LineCollection(
        list(edges),
        colors=[colours[row] for row in rows],
        linewidths=pen.outline,
        capstyle="projecting",  # closes the corners
        path_effects=halo(pen.outline, pen.halo / 2),
        snap=False,
        zorder=2,
    )
    ax.add_collection(lines, autolim=False)


@corners.register
def _(kind: Mask) -> Array:
    found = np.full((len(kind), 2), np.nan)
    for row in range(len(kind)):
        cells = kind[row]
        if cells.any():
            found[row] = cells.any(axis=0).argmax(), cells.any(axis=1).argmax()
    return found


def _mask_edges(mask: Mask) -> tuple[Array, Array]:
    """Return the edges around all objects, (S, 2, 2), and the row of each."""
    array = np.asarray(mask)
    if array.ndim == 2:  # one region, or the ids of an instance mask
        edges, ids = outlines(array.astype(np.int64))
        return edges, ids - 1
    planes = [outlines(plane.astype(np.int64))[0] for plane in array]  # planes may overlap
    rows = np.repeat(np.arange(len(planes)), [len(edges) for edges in planes])
    return np.concatenate([np.empty((0, 2, 2)), *planes]), rows
