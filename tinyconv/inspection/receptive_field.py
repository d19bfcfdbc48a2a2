"""What one cell of a map sees of the image, and which objects lie in it."""

from dataclasses import dataclass
from typing import Any

from tinyconv.layers import Layer
from tinyconv.metadata import Metadata
from tinyconv.shapes import Array, Pair


@dataclass(frozen=True, eq=False)
class ReceptiveField:
    """What the cell (row, col) of a layer's map sees, in pixels."""

    layer: str
    row: int
    col: int
    xyxy: tuple[int, int, int, int]  # the pixels that it sees; without an image the same as `window`
    window: tuple[int, int, int, int]  # its whole window, padding included
    size: Pair  # (rows, columns) of the window
    jump: Pair  # (rows, columns) to the window of the next cell
    centre: tuple[float, float]  # (x, y) of the window
    x: Array | None  # (C, H, W): the image
    metadata: Metadata | None  # the image's, as they came in
    touched: Array  # int64: rows of the objects that lie in it, if only in part
    inside: Array  # int64: rows of those that lie in it with all that they have
    labels: tuple[str, ...]  # of `touched`, where there are labels


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
    """Return what a cell sees of the image, and the objects in it."""
    raise NotImplementedError
