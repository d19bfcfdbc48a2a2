"""Masks: which pixels belong to a region, or to each object."""

from typing import Any

import numpy as np

from tinyconv.geometry import View
from tinyconv.metadata.boxes import Boxes
from tinyconv.metadata.spatial import Place, Spatial, statuses
from tinyconv.shapes import Array, DTypeError, Pair, ShapeError

MASK_RULES = ("center", "touch", "inside", "share")
_DIRECT = Place("Mask", "array")


class Mask(Spatial):
    """The pixels of one region, or of each object.

    Args:
        array: (H, W) bool: one region; (M, H, W) bool: one plane per object; (H, W) integers: an instance
            mask, in which 0 is background and id i + 1 is row i of the objects; copied.

    Raises:
        ShapeError, DTypeError: a wrong shape or dtype, or a negative id.

    >>> mask = Mask([[1, 1, 0, 2], [1, 1, 0, 0]])
    >>> len(mask), mask[1]
    (2, array([[False, False, False,  True],
               [False, False, False, False]]))
    """

    __slots__ = ("_objects", "_source")

    _objects: int
    _source: "tuple[Mask, View] | None"  # what this mask was sampled from

    def __init__(self, array: Any, *, _place: Place = _DIRECT) -> None:
        given = _checked(_place, array).copy()
        single = given.dtype == bool and given.ndim == 2
        self._set(given[None] if single else given, given.shape[-2:], single)

    def _set(self, array: Array, canvas: Pair | None, single: bool) -> None:
        super()._set(array, canvas, single)
        self._objects = len(array) if array.ndim == 3 else int(array.max(initial=0))
        self._source = None

    @classmethod
    def _sampled(cls, array: Array, single: bool, objects: int, source: "tuple[Mask, View] | None") -> "Mask":
        """Build a mask that still knows the objects which no cell shows."""
        new = cls._of(array, array.shape[-2:], single)
        new._objects, new._source = objects, source
        return new

    def __reduce__(self) -> tuple[Any, ...]:
        return self._sampled, (self._array, self._single, self._objects, self._source)

    def __len__(self) -> int:
        return self._objects

    def __getitem__(self, row: int) -> Array:
        """Return (H, W) bool: where object `row` is."""
        row = range(self._objects)[row]
        return self._array[row] if self._array.ndim == 3 else self._array == row + 1

    def belongs_to(self, M: int, place: Place) -> bool:
        """Return whether it masks the M objects; in an instance mask some may have no pixel."""
        if self._array.ndim == 3:
            return super().belongs_to(M, place)
        if len(self) > M:
            raise ShapeError(
                f"{place.with_(f'largest id {len(self)}')} must hold the ids 1 to {M} of the {M} objects; "
                f"for one region use mask > 0"
            )
        return True

    def boxes(self) -> Boxes:
        """Return the tight box around each object; without a pixel, an empty one off the canvas."""
        found = np.full((len(self), 4), -1.0)
        for row in range(len(self)):
            ys, xs = np.nonzero(self[row])
            if len(xs):
                found[row] = xs.min(), ys.min(), xs.max() + 1, ys.max() + 1
        return Boxes._of(found, self._canvas, self._single)

    def on_map(self, view: View) -> "Mask":
        """Return the mask in cells by the `center` rule; objects that no cell shows keep their row."""
        return Mask._sampled(self._samples(view), self._single, self._objects, (self, view))

    def cells(self, view: View, rule: str) -> Array:
        """Return the mask in cells, laid out as it came in, by one of four rules.

        "center": the pixel that holds the cell's centre, 0 off the canvas. "touch": any pixel that the cell
        sees; in an instance mask the id with the most pixels, of several the lowest. "inside": all pixels
        that it sees. "share": their share, float64; (M, OH, OW) for an instance mask.
        """
        if rule not in MASK_RULES:
            raise ShapeError(f"cells: rule (={rule!r}) must be one of {', '.join(MASK_RULES)}")
        found = self._samples(view) if rule == "center" else self._by_window(view, rule)
        return found[0] if self._single else found

    def overlaps(self, x1: int, y1: int, x2: int, y2: int) -> Array:
        """Return (M,) bool: which objects have a pixel in the rectangle."""
        return self._counts(slice(y1, y2), slice(x1, x2)) > 0

    def kept(self, keep: Array) -> "Mask":
        """Return the objects whose entry in `keep`, (M,) bool, is True; instances are renumbered."""
        source = self._source and (self._source[0].kept(keep), self._source[1])
        if self._array.ndim == 3:
            array = self._array[keep]
            return Mask._sampled(array, self._single and bool(keep.all()), len(array), source)
        keep = keep[: self._objects]
        ids = np.concatenate([[0], np.cumsum(keep) * keep]).astype(self._array.dtype)  # old id → new id
        return Mask._sampled(ids[self._array], False, int(keep.sum()), source)

    @property
    def visible(self) -> Array:
        """(M,) float64: the share of each object's pixels whose centre lies on the canvas."""
        shown, pixels = self._shown(), self._origin()[0]._counts()
        return shown / np.maximum(pixels, 1)

    @property
    def status(self) -> Array:
        """(M,) str: "inside", "clipped", "outside", or "subpixel": inside, but at no cell's centre."""
        return statuses(self.visible, self._counts() == 0)

    @property
    def area(self) -> Array:
        """(M,) float64: how much of the canvas each object covers, in cells."""
        return self._shown() / self._origin()[1].cell_area

    def _origin(self) -> "tuple[Mask, View]":
        return self._source or (self, View.of_image(*self._array.shape[-2:]))

    def _shown(self) -> Array:
        mask, view = self._origin()
        return mask._counts(view.rows.landing(), view.cols.landing())

    def _counts(self, rows: slice = slice(None), cols: slice = slice(None)) -> Array:
        """Return (M,) int64: the pixels of each object in a rectangle."""
        part = self._array[..., rows, cols]
        if part.ndim == 3:
            return part.sum(axis=(1, 2))
        return np.bincount(part.ravel().astype(np.int64), minlength=self._objects + 1)[1:]

    def _samples(self, view: View) -> Array:
        (rows, row_is_on), (cols, col_is_on) = view.rows.samples(), view.cols.samples()
        return self._array[..., rows[:, None], cols] * (row_is_on[:, None] & col_is_on)

    def _by_window(self, view: View, rule: str) -> Array:
        pixels = _window_sums(np.ones(view.canvas, bool), view)  # (OH, OW)
        counts = np.empty((self._objects, *view.size), np.int64)  # (M, OH, OW)
        for row in range(self._objects):
            counts[row] = _window_sums(self[row], view)
        if rule == "share":
            return counts / np.maximum(pixels, 1)
        scores = counts if rule == "touch" else (counts == pixels) & (pixels > 0)
        if self._array.ndim == 3:
            return scores > 0
        background = np.zeros((1, *view.size), scores.dtype)
        return (
            np.concatenate([background, scores]).argmax(axis=0).astype(self._array.dtype)
        )  # ties: the lowest


def _window_sums(plane: Array, view: View) -> Array:
    """Return (OH, OW): how many set pixels each cell sees."""
    OH, OW = view.size
    by_rows = _sums_between(plane, *view.rows.sees(np.arange(OH)))  # (OH, W)
    return _sums_between(by_rows.T, *view.cols.sees(np.arange(OW))).T


def _sums_between(array: Array, low: Array, high: Array) -> Array:
    """Return the sums of array[low:high] for arrays of bounds, from one table of running sums."""
    running = np.zeros((len(array) + 1, *array.shape[1:]), np.int64)
    np.cumsum(array, axis=0, out=running[1:])
    return running[high] - running[low]


def _checked(place: Place, array: Any) -> Array:
    try:
        given = np.asarray(array)
    except ValueError as error:  # NumPy's word for rows of different lengths
        raise ShapeError(f"{place.with_('rows of different lengths')} must be one array") from error
    if given.dtype.kind not in "biu":
        raise DTypeError(f"{place.with_(f'dtype={given.dtype}')} must be bool or integers: use mask > 0")
    if given.ndim != 2 and not (given.ndim == 3 and given.dtype == bool):
        shapes = "(H, W), or (M, H, W) in bool"
        raise ShapeError(
            f"{place.with_(f'shape={given.shape}, dtype={given.dtype}')} must have the shape {shapes}"
        )
    if given.dtype != bool and given.min(initial=0) < 0:
        raise ShapeError(f"{place.with_(f'lowest id {given.min()}')} must hold ids from 0, the background")
    return given
