"""What annotations with a place can do: land on a map, and say which cells meet which objects."""

from abc import ABC, abstractmethod
from typing import Any, NamedTuple, Self

import numpy as np

from tinyconv.geometry import View
from tinyconv.shapes import Array, DTypeError, Pair, ShapeError, pair


class Place(NamedTuple):
    """How an error names a value: `metadata: boxes (row 2 of image 0)`."""

    function: str
    argument: str
    image: int | None = None

    def row(self, row: int) -> str:
        """Name one row of the value."""
        return f"{self.function}: {self.argument} (row {row}{self._of_image(' of')})"

    def with_(self, detail: str) -> str:
        """Name the whole value, and say what it is."""
        return f"{self.function}: {self.argument} ({detail}{self._of_image(',')})"

    def _of_image(self, joint: str) -> str:
        return "" if self.image is None else f"{joint} image {self.image}"


class Spatial(ABC):
    """Annotations that have a place: rows of objects on a canvas of (H, W) cells, in edge coordinates.

    On the image a cell is a pixel. A kind is read-only. Its array has the axis M first and x, y, x, y, …
    last; a new kind is one subclass that checks its array and states one function, `boxes`.
    """

    __slots__ = ("_array", "_canvas", "_single")

    _array: Array
    _canvas: Pair | None
    _single: bool  # written for one object, without the axis M

    @classmethod
    def _of(cls, array: Array, canvas: Pair | None, single: bool = False) -> Self:
        """Build one from an array that is known to be good, without a copy."""
        new = cls.__new__(cls)
        new._set(array, canvas, single)
        return new

    def _set(self, array: Array, canvas: Pair | None, single: bool) -> None:
        array.flags.writeable = False
        self._array, self._canvas, self._single = array, canvas, single

    @property
    def canvas(self) -> Pair | None:
        """(H, W) of the image or map it lies on; None where nobody said."""
        return self._canvas

    def on_canvas(self, canvas: Pair, place: Place) -> Self:
        """Return the same annotation, known to lie on an image of `canvas` = (H, W)."""
        if self._canvas == canvas:
            return self
        if self._canvas is not None:
            raise ShapeError(
                f"{place.with_(f'canvas={self._canvas}')} must fit the image's (H, W) = {canvas}"
            )
        return self._of(self._array, canvas, self._single)

    def belongs_to(self, M: int, place: Place) -> bool:
        """Return whether its rows are the M objects; False: it was written for the image as a whole."""
        if len(self) == M:
            return True
        if self._single:
            return False
        raise ShapeError(f"{place.with_(f'{len(self)} rows')} must have one row for each of the {M} objects")

    @abstractmethod
    def boxes(self) -> "Spatial":
        """Return the box around each object, as `Boxes`: all that a new kind must state."""

    def on_map(self, view: View) -> Self:
        """Return where it lies on the map of `view`, in cells: affine and not clipped, so nothing is lost."""
        return self._of(view.to_map(self._array), view.size, self._single)

    def kept(self, keep: Array) -> Self:
        """Return the objects whose entry in `keep`, (M,) bool, is True."""
        return self._of(self._array[keep], self._canvas, self._single and bool(keep.all()))

    def cells(self, view: View, rule: str) -> Array:
        """Return the cells that meet it on the map of `view`: half-open x1, y1, x2, y2, int64 (M, 4)."""
        return self.boxes().cells(view, rule)

    def overlaps(self, x1: int, y1: int, x2: int, y2: int) -> Array:
        """Return (M,) bool: which objects lie in a rectangle of pixels, if only in part."""
        return self.boxes().overlaps(x1, y1, x2, y2)

    def within(self, x1: int, y1: int, x2: int, y2: int) -> Array:
        """Return (M,) bool: which objects lie in a rectangle of pixels with all that they have."""
        left, top, right, bottom = self.boxes()._array.T
        inside = (left >= x1) & (top >= y1) & (right <= x2) & (bottom <= y2)
        return inside & self.overlaps(x1, y1, x2, y2)

    @property
    def visible(self) -> Array:
        """(M,) float64: the share of each object that lies on the canvas."""
        return self.boxes().visible

    @property
    def status(self) -> Array:
        """(M,) str: "inside", "clipped", "outside" or "subpixel"."""
        return self.boxes().status

    @property
    def area(self) -> Array:
        """(M,) float64: how much of the canvas each object covers, in cells."""
        return self.boxes().area

    def __len__(self) -> int:
        return len(self._array)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self._array[0] if self._single else self._array, dtype=dtype, copy=copy)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._canvas == other._canvas and np.array_equal(np.asarray(self), np.asarray(other))

    __hash__ = None  # type: ignore[assignment]  # equal by content, like a list

    def __reduce__(self) -> tuple[Any, ...]:
        return self._of, (self._array, self._canvas, self._single)

    def __repr__(self) -> str:
        name = type(self).__name__
        numbers = np.array2string(np.asarray(self), separator=", ", threshold=40, prefix=f"{name}(")
        return f"{name}({numbers})" if self._canvas is None else f"{name}({numbers}, canvas={self._canvas})"


def numbers(place: Place, value: Any) -> Array:
    """Return a float64 copy of `value`."""
    try:
        array = np.asarray(value)
    except ValueError as error:  # NumPy's word for rows of different lengths
        raise ShapeError(
            f"{place.with_('rows of different lengths')} must be one array of numbers"
        ) from error
    if array.dtype.kind not in "iuf":
        raise DTypeError(f"{place.with_(f'dtype={array.dtype}')} must be an array of real numbers")
    return array.astype(np.float64)


def check_finite(place: Place, rows: Array) -> None:
    """Refuse NaN and infinity, and name the first row that holds one."""
    if not np.isfinite(rows).all():
        row = int(np.argmin(np.isfinite(rows).reshape(len(rows), -1).all(axis=1)))
        raise ShapeError(f"{place.row(row)} = {written(rows[row])} must be finite")


def written(row: Array) -> str:
    """Return a row of numbers as people write it: [10, 10, 20.5, 20]."""
    return np.array2string(row, separator=", ", formatter={"float_kind": "{:g}".format})


def checked_canvas(function: str, canvas: Any) -> Pair | None:
    """Return (H, W), or None."""
    return None if canvas is None else pair(function, "canvas", canvas, minimum=1)


def statuses(visible: Array, subpixel: Array) -> Array:
    """Return the word for each object: outside before clipped before subpixel before inside."""
    return np.select([visible <= 0, visible < 1, subpixel], ["outside", "clipped", "subpixel"], "inside")
