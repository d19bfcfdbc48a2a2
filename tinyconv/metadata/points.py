"""Points: one, or a set of keypoints, per object."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tinyconv.geometry import View
from tinyconv.metadata.boxes import Boxes
from tinyconv.metadata.spatial import Place, Spatial, check_finite, checked_canvas, numbers, statuses
from tinyconv.shapes import Array, Pair, ShapeError

_DIRECT = Place("Points", "array")


class Points(Spatial):
    """Points in edge coordinates: the centre of pixel (row 0, column 0) is x = 0.5, y = 0.5.

    Args:
        array: (M, 2) numbers x, y; (2,) for one point; (M, K, 2) for K keypoints per object; copied.
        canvas: (H, W) of the image; `inside`, `visible` and `status` need it.

    Raises:
        ShapeError, DTypeError: a wrong shape, NaN or infinity, or no real numbers.

    >>> points = Points([[0.5, 0.5], [9, 2]], canvas=(4, 8))
    >>> points.inside, points.status
    (array([ True, False]), array(['inside', 'outside'], dtype='<U8'))
    """

    __slots__ = ()

    def __init__(self, array: Any, canvas: Pair | None = None, *, _place: Place = _DIRECT) -> None:
        canvas = checked_canvas(_place.function, canvas)
        given = numbers(_place, array)
        rows = given.reshape(-1, 2) if given.shape in ((2,), (0,)) else given  # (M, 2) or (M, K, 2)
        if rows.ndim not in (2, 3) or rows.shape[-1] != 2 or 0 in rows.shape[1:]:
            shapes = "(M, 2), (M, K, 2), or (2,) for one point"
            raise ShapeError(f"{_place.with_(f'shape={given.shape}')} must have the shape {shapes}")
        check_finite(_place, rows)
        self._set(rows, canvas, single=given.shape == (2,))

    @property
    def xy(self) -> Array:
        """(M, 2) or (M, K, 2) float64, read-only: x, y."""
        return self._array

    def boxes(self) -> Boxes:
        """Return the box around each object's points; that of a single point has no area."""
        points = self._array.reshape(len(self), -1, 2) if len(self) else np.empty((0, 1, 2))  # (M, K, 2)
        return Boxes._of(np.hstack([points.min(axis=1), points.max(axis=1)]), self._canvas, self._single)

    @property
    def inside(self) -> Array:
        """(M,) or (M, K) bool: whether each point lies on the canvas."""
        if self._canvas is None:
            raise ShapeError("Points: canvas (=None) must be (H, W) to say what is visible on it")
        H, W = self._canvas
        return self._within(0, 0, W, H)

    @property
    def visible(self) -> Array:
        """(M,) float64: the share of each object's points that lie on the canvas."""
        inside = self.inside if self._array.ndim == 3 else self.inside[:, None]  # (M, K)
        return inside.mean(axis=1)

    @property
    def status(self) -> Array:
        """(M,) str: "inside", "outside", or "clipped" where some of an object's points lie on the canvas."""
        return statuses(self.visible, np.zeros(len(self), bool))

    @property
    def area(self) -> Array:
        """(M,) float64: 0, for a point has no area."""
        return np.zeros(len(self))

    def cells(self, view: View, rule: str) -> Array:
        """Return int64 (M, 4) or (M, K, 4): the half-open cells x1, y1, x2, y2 that meet each point.

        "touch": the cells that see its pixel; "center": the one cell on which it lands.
        """
        if rule == "center":
            return view.under(self._array)
        if rule != "touch":
            raise ShapeError(f"cells: rule (={rule!r}) must be touch or center for points")
        pixel = np.floor(self._array)
        return view.cells(np.concatenate([pixel, pixel + 1], axis=-1), "touch")

    def overlaps(self, x1: int, y1: int, x2: int, y2: int) -> Array:
        """Return (M,) bool: which objects have a point in the rectangle."""
        within = self._within(x1, y1, x2, y2)
        return within if within.ndim == 1 else np.logical_or.reduce(within, axis=1)

    def within(self, x1: int, y1: int, x2: int, y2: int) -> Array:
        """Return (M,) bool: which objects have all their points in the rectangle."""
        within = self._within(x1, y1, x2, y2)
        return within if within.ndim == 1 else np.logical_and.reduce(within, axis=1)

    def _within(self, x1: int, y1: int, x2: int, y2: int) -> Array:
        x, y = self._array[..., 0], self._array[..., 1]  # (M,) or (M, K)
        return (x1 <= x) & (x < x2) & (y1 <= y) & (y < y2)

    def __getitem__(self, rows: Any) -> Any:
        """Return one row, (2,) or (K, 2), for an int; `Points` for several; numbers for parts of rows."""
        chosen = self._array[rows]
        whole = chosen.ndim == self._array.ndim and chosen.shape[1:] == self._array.shape[1:]
        return Points._of(chosen, self._canvas) if whole else chosen

    def __iter__(self) -> Iterator[Array]:
        return iter(self._array)
