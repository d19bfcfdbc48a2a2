"""What one cell sees: the pixels, and the objects in them."""

from typing import NamedTuple

import numpy as np

from tinyconv.metadata import Metadata, Spatial
from tinyconv.metadata.labels import labels_of
from tinyconv.shapes import Array, Pair

XYXY = tuple[int, int, int, int]


class Sight(NamedTuple):
    """The pixels that a cell sees, and the objects of which they show anything."""

    xyxy: XYXY
    window: XYXY  # the whole window; it may hang over the border
    touched: Array  # int64: rows of the objects that lie in it, if only in part
    inside: Array  # int64: rows of those that lie in it with all that they have
    labels: tuple[str, ...]  # of `touched`, or of the image where no object has a place; () without labels


def sight_of(cell: Pair | None, metadata: Metadata, carried: Metadata) -> Sight:
    """Return what a cell sees, given the image's metadata as they came in and as they are behind the layer.

    A cell without a place (None), or behind a layer that mixes all places, sees everything.

    >>> from tinyconv.geometry import Window
    >>> from tinyconv.metadata import attach
    >>> image = attach({"boxes": [[0, 0, 2, 2], [3, 0, 8, 2]], "labels": [7, 2]}, (1, 1, 8, 8), "demo")
    >>> sight_of((0, 0), image, image.through("pool", Window.of("pool", 4, stride=4), 2, 2))
    Sight(xyxy=(0, 0, 4, 4), window=(0, 0, 4, 4), touched=array([0, 1]), inside=array([0]), labels=('7', '2'))
    """
    kinds = [value for value in metadata.values() if isinstance(value, Spatial)]
    objects = max(map(len, kinds), default=0)
    labels = labels_of(metadata, objects if kinds else 1)
    if cell is None or any(step.reason for step in carried.history):
        H, W = metadata.view.size
        everyone = np.arange(objects)
        return Sight((0, 0, W, H), (0, 0, W, H), everyone, everyone, labels)
    xyxy, window = carried.where(*cell), carried.view.spans(*cell)
    if not kinds:
        nobody = np.empty(0, np.int64)
        return Sight(xyxy, window, nobody, nobody, labels)
    touched, inside = carried.who(*cell), carried.who(*cell, whole=True)
    return Sight(xyxy, window, touched, inside, tuple(labels[row] for row in touched if row < len(labels)))
