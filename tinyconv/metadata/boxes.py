"""Boxes: half-open rectangles, one row per object."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tinyconv.geometry import View
from tinyconv.metadata.formats import FORMATS, Format
from tinyconv.metadata.spatial import Place, Spatial, check_finite, checked_canvas, numbers, statuses, written
from tinyconv.shapes import Array, Pair, ShapeError

_DIRECT = Place("Boxes", "array")


class Boxes(Spatial):
    """M boxes in edge coordinates: pixel i covers [i, i + 1), x goes before y, and boxes are half-open.

    Args:
        array: (M, 4) numbers, or (4,) for one box; copied.
        format: how they are written. "xyxy": two corners; "xywh": a corner, width and height; "cxcywh": the
            centre, width and height; "yolo": the same as shares of the canvas; "inclusive": two corners that
            are both pixels of the box.
        canvas: (H, W) of the image. "yolo" needs it, and so do `visible`, `status` and `area`.

    Raises:
        ShapeError, DTypeError: a wrong shape or format, x2 < x1, NaN or infinity, or no real numbers.

    >>> boxes = Boxes([10, 10, 19, 19], format="inclusive", canvas=(16, 32))
    >>> boxes
    Boxes([10., 10., 20., 20.], canvas=(16, 32))
    >>> boxes.to("xywh"), boxes.visible, boxes.status
    (array([10., 10., 10., 10.]), array([0.6]), array(['clipped'], dtype='<U8'))
    """

    __slots__ = ()

    def __init__(
        self,
        array: Any,
        format: str = "xyxy",
        canvas: Pair | None = None,
        *,
        _place: Place = _DIRECT,
    ) -> None:
        canvas = checked_canvas(_place.function, canvas)
        way = _format(_place.function, format, canvas)
        given = numbers(_place, array)  # (M, 4), (4,) or, where empty, (0,)
        rows = given.reshape(-1, 4) if given.shape in ((4,), (0,)) else given  # (M, 4)
        if rows.ndim != 2 or rows.shape[1] != 4:
            raise ShapeError(
                f"{_place.with_(f'shape={given.shape}')} must have the shape (M, 4), or (4,) for one box"
            )
        check_finite(_place, rows)
        xyxy = way.to_edges(rows, canvas or (1, 1))
        _check_order(_place, rows, xyxy, way)
        self._set(xyxy, canvas, single=given.shape == (4,))

    @property
    def xyxy(self) -> Array:
        """(M, 4) float64, read-only: x1, y1, x2, y2."""
        return self._array

    def to(self, format: str) -> Array:
        """Return the boxes written in `format`: (M, 4) float64, or (4,) if they came as one plain box."""
        rows = _format("to", format, self._canvas).from_edges(self._array, self._canvas or (1, 1)).copy()
        return rows[0] if self._single else rows

    def boxes(self) -> "Boxes":
        """Return the boxes themselves."""
        return self

    def cells(self, view: View, rule: str) -> Array:
        """Return int64 (M, 4): the half-open cells x1, y1, x2, y2 by "touch", "inside" or "center"."""
        return view.cells(self._array, rule)

    def overlaps(self, x1: int, y1: int, x2: int, y2: int) -> Array:
        """Return (M,) bool: which boxes share some area with the rectangle."""
        left, top, right, bottom = self._array.T
        return (left < x2) & (right > x1) & (top < y2) & (bottom > y1)

    @property
    def visible(self) -> Array:
        """(M,) float64: the share of each box on the canvas: of its area, or length if it has none."""
        low, sizes = self._array[:, :2], self._sizes()  # (M, 2)
        shares = ((low >= 0) & (low < self._limits())).astype(float)  # without width or height: as of a point
        np.divide(self._shown(), sizes, out=shares, where=sizes > 0)
        return shares.prod(axis=1)

    @property
    def status(self) -> Array:
        """(M,) str: "inside", "clipped", "outside", or "subpixel": inside, but narrower than one cell."""
        return statuses(self.visible, self._sizes().min(axis=1) < 1)

    @property
    def area(self) -> Array:
        """(M,) float64: the area of each box that lies on the canvas."""
        return self._shown().prod(axis=1)

    def _sizes(self) -> Array:
        return self._array[:, 2:] - self._array[:, :2]  # (M, 2)

    def _shown(self) -> Array:
        """Return the width and height of what lies on the canvas."""
        corners = np.clip(self._array.reshape(-1, 2, 2), 0, self._limits())  # (M, 2, 2)
        return corners[:, 1] - corners[:, 0]  # (M, 2)

    def _limits(self) -> Pair:
        if self._canvas is None:
            raise ShapeError("Boxes: canvas (=None) must be (H, W) to say what is visible on it")
        return self._canvas[::-1]

    def __getitem__(self, rows: Any) -> Any:
        """Return one row, (4,), for an int; `Boxes` for several rows; plain numbers for parts of rows."""
        chosen = self._array[rows]
        return Boxes._of(chosen, self._canvas) if chosen.ndim == 2 and chosen.shape[1] == 4 else chosen

    def __iter__(self) -> Iterator[Array]:
        return iter(self._array)


def _format(function: str, name: str, canvas: Pair | None) -> Format:
    if name not in FORMATS:
        raise ShapeError(f"{function}: format (={name!r}) must be one of {', '.join(FORMATS)}")
    if FORMATS[name].needs_canvas and canvas is None:
        raise ShapeError(f"{function}: format (={name!r}) needs canvas=(H, W), the size of the image")
    return FORMATS[name]


def _check_order(place: Place, rows: Array, xyxy: Array, way: Format) -> None:
    ordered = xyxy[:, 2:] >= xyxy[:, :2]  # (M, 2)
    if not ordered.all():
        row, axis = np.argwhere(~ordered)[0].tolist()
        raise ShapeError(f"{place.row(row)} = {written(rows[row])} must have {way.rules[axis]}")
