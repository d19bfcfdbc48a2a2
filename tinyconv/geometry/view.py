"""Many layers composed: where the cells of a map lie on the image, and what they see of it.

The composition is the receptive-field arithmetic of Araujo, Norris & Sim, "Computing Receptive Fields of
Convolutional Neural Networks" (Distill, 2019), with its start offset kept exact for any dilation.
"""

from typing import Any, NamedTuple

import numpy as np

from tinyconv.geometry.window import Axis, Window
from tinyconv.shapes import Array, Pair, ShapeError, integer


class Line(NamedTuple):
    """One axis of a `View`: cell o sees the pixels [o·jump − offset, o·jump − offset + reach).

    At the image itself jump = reach = 1 and offset = 0: a cell is a pixel. Padding is not seen, nor is what
    an earlier map lacks: the pixels that a stride leaves over, and cells made of padding alone.
    """

    canvas: int  # pixels of the image
    cells: int  # cells of the map
    live: Pair  # the cells [first, stop) that see any pixel
    seen: Pair  # the pixels [first, stop) that these cells see
    jump: int = 1
    reach: int = 1
    offset: int = 0

    @classmethod
    def of_image(cls, size: int) -> "Line":
        """Return the line of the image itself."""
        return cls(size, size, (0, size), (0, size))

    def through(self, axis: Axis, cells: int) -> "Line":
        """Return the line as it is behind one more window whose output has `cells` cells."""
        jump = self.jump * axis.stride
        reach = self.reach + (axis.extent - 1) * self.jump
        offset = self.offset + axis.before * self.jump

        first = max(0, (self.live[0] + axis.before - axis.extent) // axis.stride + 1)
        stop = min(cells, -(-(self.live[1] + axis.before) // axis.stride))
        if first >= stop or self.live == (0, 0):
            return Line(self.canvas, cells, (0, 0), (0, 0), jump, reach, offset)
        low = max(self.seen[0], first * jump - offset)
        high = min(self.seen[1], (stop - 1) * jump - offset + reach)
        return Line(self.canvas, cells, (first, stop), (low, high), jump, reach, offset)

    @property
    def start(self) -> float:
        """The centre of cell 0, in pixels."""
        return self.reach / 2 - self.offset

    @property
    def origin(self) -> float:
        """Where the map's coordinate 0 lies, in pixels: half a jump before the centre of cell 0."""
        return self.start - self.jump / 2

    def to_map(self, pixels: Any) -> Any:
        """Return where the image coordinate lands on the map; the centre of cell o is o + 0.5."""
        return (pixels - self.origin) / self.jump

    def to_image(self, cells: Any) -> Any:
        """Return the image coordinate of a map coordinate: the inverse of `to_map`."""
        return cells * self.jump + self.origin

    def spans(self, cell: Any) -> tuple[Any, Any]:
        """Return [low, high), the cell's whole window: the canvas may be smaller."""
        low = cell * self.jump - self.offset
        return low, low + self.reach

    def sees(self, cell: Any) -> tuple[Any, Any]:
        """Return the pixels [low, high) that a cell sees (empty: padding only)."""
        low, high = (np.clip(edge, *self.seen) for edge in self.spans(cell))
        alive = (self.live[0] <= cell) & (cell < self.live[1])
        return low, np.where(alive, high, low)

    def samples(self) -> tuple[Array, Array]:
        """Return the pixel under each cell's centre, and whether the centre lies on the canvas."""
        pixels = np.floor(self.start + np.arange(self.cells) * self.jump).astype(np.int64)
        return np.clip(pixels, 0, self.canvas - 1), (pixels >= 0) & (pixels < self.canvas)

    def landing(self) -> slice:
        """Return the pixels whose centre lands on the map."""
        edges = np.ceil(self.to_image(np.array([0, self.cells])) - 0.5)
        return slice(*np.clip(edges, 0, self.canvas).astype(int).tolist())

    def touch(self, low: Any, high: Any) -> tuple[Array, Array]:
        """Return the cells [first, stop) that see any of [low, high)."""
        low, high = np.floor(low), np.ceil(high)  # a cell sees whole pixels; and whole numbers stay exact
        first = np.floor((low + self.offset - self.reach) / self.jump) + 1
        stop = np.ceil((high + self.offset) / self.jump)
        seen = (low < self.seen[1]) & (high > self.seen[0])
        return _clipped(first, np.where(seen, stop, first), self.live)

    def inside(self, low: Any, high: Any) -> tuple[Array, Array]:
        """Return the cells [first, stop) whose whole window, padding included, lies in [low, high)."""
        low, high = np.ceil(low), np.floor(high)
        first = np.ceil((low + self.offset) / self.jump)
        return _clipped(first, np.floor((high + self.offset - self.reach) / self.jump) + 1, (0, self.cells))

    def center(self, low: Any, high: Any) -> tuple[Array, Array]:
        """Return the cells [first, stop) whose centre lies in [low, high)."""
        first, stop = (np.ceil((edge - self.start) / self.jump) for edge in (low, high))
        return _clipped(first, stop, (0, self.cells))

    def under(self, pixels: Any) -> tuple[Array, Array]:
        """Return the one cell [first, first + 1) on which an image coordinate lands (empty: off the map)."""
        first = np.floor(self.to_map(pixels))
        return _clipped(first, first + 1, (0, self.cells))


def _clipped(first: Any, stop: Any, limits: Pair) -> tuple[Array, Array]:
    first = np.clip(first, *limits).astype(np.int64)
    return first, np.clip(stop, first, limits[1]).astype(np.int64)


RULES = ("touch", "inside", "center")


class View(NamedTuple):
    """How the cells of a map look at the image: the windows passed so far, composed.

    Carrying costs O(1) per layer and is exact: every number in it is an int.

    >>> view = View.of_image(8, 8).through(Window.of("conv2d", 3, padding=1), 8, 8)
    >>> view.where(0, 7)
    (6, 0, 8, 2)
    """

    rows: Line
    cols: Line

    @classmethod
    def of_image(cls, H: int, W: int) -> "View":
        """Return the view of the image itself."""
        return cls(Line.of_image(H), Line.of_image(W))

    def through(self, window: Window, OH: int, OW: int) -> "View":
        """Return the view behind one more layer whose output map is OH×OW."""
        return View(self.rows.through(window.rows, OH), self.cols.through(window.cols, OW))

    @property
    def size(self) -> Pair:
        """(OH, OW): the map's rows and columns."""
        return self.rows.cells, self.cols.cells

    @property
    def canvas(self) -> Pair:
        """(H, W): the image's rows and columns."""
        return self.rows.canvas, self.cols.canvas

    @property
    def cell_area(self) -> int:
        """How many pixels of the image one cell of the map stands for."""
        return self.rows.jump * self.cols.jump

    def where(self, row: int, col: int) -> tuple[int, int, int, int]:
        """Return (x1, y1, x2, y2): the pixels that a cell sees, clipped to the canvas."""
        for argument, value, line in (("row", row, self.rows), ("col", col, self.cols)):
            if integer("where", argument, value, minimum=0) >= line.cells:
                raise ShapeError(f"where: {argument} (={value}) must be below the map's {line.cells}")
        (y1, y2), (x1, x2) = self.rows.sees(row), self.cols.sees(col)
        return int(x1), int(y1), int(x2), int(y2)

    def spans(self, row: int, col: int) -> tuple[int, int, int, int]:
        """Return (x1, y1, x2, y2): a cell's whole window, in pixels; it may hang over the canvas.

        >>> View.of_image(8, 8).through(Window.of("conv2d", 3, padding=1), 8, 8).spans(0, 7)
        (6, -1, 9, 2)
        """
        (y1, y2), (x1, x2) = self.rows.spans(row), self.cols.spans(col)
        return x1, y1, x2, y2

    def to_map(self, places: Array) -> Array:
        """Return where x, y, x, y, … on the last axis land on the map: affine and not clipped."""
        landed = np.empty_like(places)
        landed[..., 0::2] = self.cols.to_map(places[..., 0::2])
        landed[..., 1::2] = self.rows.to_map(places[..., 1::2])
        return landed

    def cells(self, xyxy: Array, rule: str) -> Array:
        """Return the int64 cells (x1, y1, x2, y2), half-open, of boxes (…, 4) by one of `RULES`."""
        if rule not in RULES:
            raise ShapeError(f"cells: rule (={rule!r}) must be one of {', '.join(RULES)}")
        x1, x2 = getattr(self.cols, rule)(xyxy[..., 0], xyxy[..., 2])
        y1, y2 = getattr(self.rows, rule)(xyxy[..., 1], xyxy[..., 3])
        return np.stack([x1, y1, x2, y2], axis=-1)

    def under(self, xy: Array) -> Array:
        """Return the cells (x1, y1, x2, y2) on which points (…, 2) land; empty where they miss the map."""
        (x1, x2), (y1, y2) = self.cols.under(xy[..., 0]), self.rows.under(xy[..., 1])
        return np.stack([x1, y1, x2, y2], axis=-1)
