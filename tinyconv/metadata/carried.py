"""`Metadata`: one image's dict, looked at from a layer's map."""

from collections.abc import Hashable, Iterator, Mapping
from reprlib import repr as short
from types import MappingProxyType
from typing import Any

import numpy as np

from tinyconv.metadata.journey import Journey
from tinyconv.metadata.record import Record
from tinyconv.metadata.sanitize import PER_OBJECT, sanitized
from tinyconv.metadata.spatial import Spatial
from tinyconv.metadata.traveller import Traveller
from tinyconv.shapes import Array


class Metadata(Traveller, Mapping[Hashable, Any]):
    """One image's dict as a layer's map shows it: read-only; layers make it, and `attach` does.

    `metadata["boxes"]` lies in cells of this map, computed from the original box when somebody looks. Behind
    a layer that mixes all places such a key is no longer listed: `dict(metadata)` holds what still travels,
    and asking for it (also with `get`) raises `GeometryEnded`, which says where it can still be had.

    >>> from tinyconv.geometry import Window
    >>> from tinyconv.metadata import attach
    >>> metadata = attach({"bbox": [2, 2, 6, 6], "class": "cat"}, (1, 3, 8, 8), "demo")
    >>> pooled = metadata.through("pool1", Window.of("pool1", 2, stride=2), 4, 4)
    >>> dict(pooled)
    {'bbox': Boxes([1., 1., 3., 3.], canvas=(4, 4)), 'class': 'cat'}
    >>> pooled.where(row=0, col=3), pooled.who(row=0, col=3), pooled.who(row=1, col=1)
    ((6, 0, 8, 2), array([], dtype=int64), array([0]))
    >>> pooled.ended("flatten", "it lays all cells into one row")["bbox"]
    Traceback (most recent call last):
    tinyconv.metadata.journey.GeometryEnded: metadata['bbox']: places ended at flatten, because it lays all
    cells into one row; metadata.at("pool1")['bbox'] still works
    """

    __slots__ = ("_journey", "_record")

    def __init__(self, record: Record, journey: Journey) -> None:
        self._record, self._journey = record, journey

    def _moved(self, journey: Journey) -> "Metadata":
        return Metadata(self._record, journey)

    def column(self, key: Hashable, missing: Any = None) -> list[Any]:
        """Return the one image's value under a key, in a list: see `Traveller.column`."""
        return [self._record.values.get(key, missing)]

    @property
    def original(self) -> Mapping[Hashable, Any]:
        """The dict that came in, read-only: the very values, in pixels of the image."""
        return MappingProxyType(self._record.original)

    def where(self, row: int, col: int) -> tuple[int, int, int, int]:
        """Return (x1, y1, x2, y2): the pixels of the image that a cell sees, clipped to the canvas.

        Raises:
            ShapeError: the cell is off the map.
            GeometryEnded: places have ended.
        """
        return self._journey.place(f".where({row}, {col})").where(row, col)

    def who(self, row: int, col: int, key: Hashable | None = None, *, whole: bool = False) -> Array:
        """Return the rows, int64, of the objects that lie in what a cell sees, if only in part.

        With `whole` only of those that lie in it with all that they have.
        `key` says by what: None is the first of boxes, bbox, masks, mask, points, keypoints, then any other.

        Raises:
            ShapeError: the cell is off the map, or the key has no place.
            GeometryEnded: places have ended.
        """
        view = self._journey.place(f".who({row}, {col})")
        _, value = self._record.spatial("who", key)
        x1, y1, x2, y2 = view.where(row, col)
        if x1 == x2 or y1 == y2:  # the cell sees padding only
            return np.empty(0, np.int64)
        return np.flatnonzero((value.within if whole else value.overlaps)(x1, y1, x2, y2))

    def cells(self, key: Hashable, rule: str = "touch") -> Array:
        """Return the cells of this map that meet each object: half-open x1, y1, x2, y2, int64 (M, 4).

        "touch": the cells that see any of it; "inside": that see nothing else; "center": whose centre lies in
        it. Points know "touch" and "center". A mask returns the mask in cells, and also knows "share".

        Raises:
            ShapeError: the key has no place, or the rule is unknown.
            GeometryEnded: places have ended.
        """
        view = self._journey.place(f".cells({key!r}, {rule!r})")
        _, value = self._record.spatial("cells", key)
        return value.cells(view, rule)

    def sanitize(
        self,
        min_visible: float = 0.0,
        min_area: float = 0.0,
        per_object: tuple[Hashable, ...] = PER_OBJECT,
        key: Hashable | None = None,
    ) -> tuple["Metadata", Array]:
        """Drop the objects that this map hardly shows: their boxes, points, masks and labels together.

        Dropped is who is outside, whose visible share is below `min_visible`, or whose visible area, in
        cells, is below `min_area`. `key` says by what, as in `who`. `per_object` names the plain values that
        hold one item per object; one of another length is left alone. What was written for a single object,
        like a (4,) box, is left alone too unless there is just one. An instance mask is renumbered.

        Returns:
            The metadata without them, and keep, (M,) bool. View, history and `original` stay.

        Raises:
            ShapeError: a threshold is out of range, or boxes, points and masks disagree about M.
            GeometryEnded: places have ended.
        """
        view = self._journey.place(".sanitize()")
        values, keep = sanitized(self._record, view, min_visible, min_area, per_object, key)
        if keep.all():
            return self, keep
        return Metadata(self._record._replace(values=values), self._journey), keep

    def __getitem__(self, key: Hashable) -> Any:
        value = self._record.values[key]
        return value.on_map(self._journey.place(f"[{key!r}]")) if isinstance(value, Spatial) else value

    def __contains__(self, key: object) -> bool:
        return key in list(self)

    def __iter__(self) -> Iterator[Hashable]:
        ended = self._journey.view is None
        return (
            key for key, value in self._record.values.items() if not (ended and isinstance(value, Spatial))
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        items = ", ".join(f"{key!r}: {_shown(self[key])}" for key in self)
        return f"Metadata({{{items}}}, {self._whereabouts()})"


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, Spatial) else short(value)
