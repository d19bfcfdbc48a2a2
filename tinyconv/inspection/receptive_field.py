"""What one cell of a map sees of the image, and which objects lie in it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyconv.geometry import View
from tinyconv.inspection.arguments import checked_cell
from tinyconv.inspection.sight import XYXY, Sight, sight_of
from tinyconv.inspection.way import gone, named_layers, one_with_metadata, way_to
from tinyconv.layers import Layer
from tinyconv.metadata import GeometryEnded, Metadata
from tinyconv.network import Sequential
from tinyconv.shapes import Array, Pair, ShapeError, integer


@dataclass(frozen=True, eq=False, repr=False)
class ReceptiveField:
    """What the cell (row, col) of a layer's map sees, in pixels."""

    layer: str
    row: int
    col: int
    xyxy: XYXY  # the pixels that it sees; without an image the same as `window`
    window: XYXY  # its whole window, padding included
    size: Pair  # (rows, columns) of the window
    jump: Pair  # (rows, columns) to the window of the next cell
    centre: tuple[float, float]  # (x, y) of the window
    x: Array | None  # (C, H, W): the image
    metadata: Metadata | None  # the image's, as they came in
    touched: Array  # int64: rows of the objects that lie in it, if only in part
    inside: Array  # int64: rows of those that lie in it with all that they have
    labels: tuple[str, ...]  # of `touched`, where there are labels

    def __repr__(self) -> str:
        """Return what it sees, and whom."""
        rows, cols = self.size
        seen = f", shows {', '.join(self.labels)}" if self.labels else ""
        return (
            f"ReceptiveField(cell ({self.row}, {self.col}) of {self.layer}: {rows}×{cols} pixels, "
            f"sees {self.xyxy}{seen})"
        )


def receptive_field(
    network: Layer,
    layer: str,
    row: int,
    col: int,
    x: Any = None,
    metadata: Any = None,
    *,
    image: int = 0,
) -> ReceptiveField:
    """Return what a cell of a layer's map sees of the image, and the objects in it.

    Args:
        network: a `Sequential`, or a layer.
        layer: its name.
        row, col: the cell.
        x: images (N, C, H, W), or one (C, H, W); None: an image without end, and no objects.
        metadata: the images' own: one dict, or a list of N dicts.
        image: which image of the batch.

    Raises:
        ShapeError, DTypeError: there is no such layer, cell or image, or x or the metadata don't fit.
        GeometryEnded: the layer's cells have no place.

    >>> from tinyconv.layers import Conv2d, MaxPool2d, ReLU
    >>> network = Sequential(conv1=Conv2d(3, 4, 5, padding=2), relu1=ReLU(), pool1=MaxPool2d(2))
    >>> annotation = {"boxes": [[0, 0, 4, 4], [7, 7, 8, 8]], "labels": ["cat", "dog"]}
    >>> receptive_field(network, "pool1", 0, 0, np.zeros((3, 8, 8), np.float32), annotation)
    ReceptiveField(cell (0, 0) of pool1: 6×6 pixels, sees (0, 0, 4, 4), shows cat)
    >>> receptive_field(network, "pool1", 0, 0)
    ReceptiveField(cell (0, 0) of pool1: 6×6 pixels, sees (-2, -2, 4, 4))
    """
    way = way_to("receptive_field", network, layer)
    _check_places(way, layer)
    own: Metadata | None = None
    if x is None:
        view, sight = _endless(way, row, col, metadata)
    else:
        x, batch = one_with_metadata("receptive_field", way, x, metadata, image)
        own = batch[0]
        y, carried, _ = gone("receptive_field", way, x, batch)
        row, col = checked_cell("receptive_field", "(row, col)", (row, col), y.shape[2:], layer)
        view, sight = carried.view, sight_of((row, col), own, carried[0])
    x1, y1, x2, y2 = sight.window
    return ReceptiveField(
        layer=layer,
        row=row,
        col=col,
        xyxy=sight.xyxy,
        window=sight.window,
        size=(view.rows.reach, view.cols.reach),
        jump=(view.rows.jump, view.cols.jump),
        centre=((x1 + x2) / 2, (y1 + y2) / 2),
        x=None if x is None else x[0],
        metadata=own,
        touched=sight.touched,
        inside=sight.inside,
        labels=sight.labels,
    )


def _check_places(way: Sequential, layer: str) -> None:
    placed: list[str] = []
    for name, passed in named_layers(way).items():
        if passed.mixes_places:
            raise GeometryEnded(
                f"receptive_field: layer (={layer!r}) must be one whose cells have a place: places ended at "
                f"{name}, because {passed.mixes_places}; before it there are {', '.join(placed) or 'none'}"
            )
        placed.append(name)


def _endless(way: Sequential, row: Any, col: Any, metadata: Any) -> tuple[View, Sight]:
    """Return the view and what a cell sees where no image sets a border."""
    if metadata is not None:
        raise ShapeError("receptive_field: metadata must come with x, the image on which their objects lie")
    row, col = (integer("receptive_field", name, value, 0) for name, value in (("row", row), ("col", col)))
    view = View.of_image(0, 0)
    for passed in named_layers(way).values():
        view = view.through(passed.window, 0, 0) if passed.window else view
    window, nobody = view.spans(row, col), np.empty(0, np.int64)
    return view, Sight(window, window, nobody, nobody, ())
