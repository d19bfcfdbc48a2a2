"""The patches of a data set that excite a filter most, with their deconvnet pictures."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyconv.inspection.arguments import checked_filter, checked_images, own_metadata
from tinyconv.inspection.attribution import sent_down, strongest
from tinyconv.inspection.batches import batches
from tinyconv.inspection.rectifier import deconvnet_rule, with_rule
from tinyconv.inspection.sight import XYXY, sight_of
from tinyconv.inspection.way import gone, way_to
from tinyconv.layers import Layer
from tinyconv.metadata import Metadata
from tinyconv.shapes import Array, integer


@dataclass(frozen=True, eq=False, repr=False)
class TopPatches:
    """The k images of a data set that excite a filter most, each cut where it does, strongest first.

    A patch is as large as what a cell sees, h×w; where that hangs over the border, the patch is NaN: there is
    no pixel. Behind a layer that mixes all places a patch is the whole image.
    """

    layer: str
    filter: int
    activations: Array  # (k,)
    images: Array  # (k,) int64: rows in the data set
    positions: Array  # (k, 2) int64: row and column on the layer's map; −1 where it has none
    boxes: Array  # (k, 4) int64 xyxy: what the cell sees; it may hang over the image's border
    patches: Array  # (k, C, h, w); NaN outside of the image
    pictures: Array  # (k, C, h, w): their deconvnet pictures; NaN outside of the image
    labels: tuple[tuple[str, ...], ...]  # of the objects that each patch shows

    def __repr__(self) -> str:
        """Return a line per patch: where it is from, how strong, what it shows."""
        lines = [f"{len(self.images)} patches for filter {self.filter} of {self.layer}"]
        for image, box, activation, labels in zip(
            self.images, self.boxes.tolist(), self.activations, self.labels, strict=True
        ):
            shows = f", shows {', '.join(labels)}" if labels else ""
            lines.append(f"image {image}, pixels {tuple(box)}: {activation:.4g}{shows}")
        return "\n".join(lines)


def top_patches(
    network: Layer,
    images: Array,
    layer: str,
    filter: int,
    k: int = 9,
    *,
    metadata: Any = None,
    batch_size: int = 64,
    progress: bool = True,
) -> TopPatches:
    """Return the k patches of a data set that excite a filter most, one per image (as Zeiler & Fergus do).

    Args:
        network: a `Sequential`, or a layer.
        images: (N, C, H, W).
        layer: whose activations, by its name.
        filter: which of its maps, or features.
        k: how many; of fewer images all come.
        metadata: a list of N dicts, or None.
        batch_size: how many images at a time.
        progress: whether to show a bar.

    Raises:
        ShapeError, DTypeError: there is no such layer or filter, or the images or metadata don't fit.

    >>> from tinyconv.layers import MaxPool2d
    >>> images = np.zeros((3, 1, 4, 4))
    >>> images[1, 0, 0, 3], images[2, 0, 2, 2] = 5, 7
    >>> labels = [{"class": "cat"}, {"class": "dog"}, {"class": "hen"}]
    >>> best = top_patches(MaxPool2d(2), images, "MaxPool2d", 0, k=2, metadata=labels, progress=False)
    >>> best
    2 patches for filter 0 of MaxPool2d
    image 2, pixels (2, 2, 4, 4): 7, shows hen
    image 1, pixels (2, 0, 4, 2): 5, shows dog
    >>> best.patches[1, 0]
    array([[0., 5.],
           [0., 0.]])
    """
    k = integer("top_patches", "k", k, minimum=1)
    batch_size = integer("top_patches", "batch_size", batch_size, minimum=1)
    way, images = way_to("top_patches", network, layer), checked_images("top_patches", images)
    own = own_metadata("top_patches", way, metadata, images.shape)
    y, _, _ = gone("top_patches", way, images[:1], own[:1])  # one image, before work starts
    filter = checked_filter("top_patches", filter, y.shape[1], layer)
    activations, cells = [], []
    for part, part_metadata in batches(images, own, batch_size, f"{layer}, filter {filter}", progress):
        y, _ = way(part, part_metadata)
        found = strongest(y, filter)
        cells += found
        activations += [y[row, filter, *cell] for row, cell in enumerate(found)]
    best = np.argsort(-np.array(activations), kind="stable")[:k]
    return TopPatches(
        layer=layer,
        filter=filter,
        activations=np.array(activations)[best],
        images=best,
        positions=np.array([cells[row] or (-1, -1) for row in best]),
        **_seen(way, filter, images[best], [cells[row] for row in best], [own[row] for row in best.tolist()]),
    )


def _seen(way: Layer, filter: int, images: Array, cells: list[Any], own: list[Metadata]) -> dict[str, Any]:
    """Return what one cell of each image sees, and what comes down from it."""
    ruled = with_rule(way, deconvnet_rule)
    batch = own_metadata("top_patches", way, own, images.shape)
    y, carried, cache = gone("top_patches", ruled, images, batch)
    pictures = sent_down(ruled, y, cache, filter, cells)  # (k, C, H, W)
    sights = [sight_of(cell or None, *pair) for cell, *pair in zip(cells, own, carried, strict=True)]
    return {
        "boxes": np.array([sight.window for sight in sights]),
        "patches": np.stack([_cut(x, sight.window) for x, sight in zip(images, sights, strict=True)]),
        "pictures": np.stack([_cut(x, sight.window) for x, sight in zip(pictures, sights, strict=True)]),
        "labels": tuple(sight.labels for sight in sights),
    }


def _cut(x: Array, window: XYXY) -> Array:
    """Return the pixels (C, h, w) of a window; NaN where it hangs over the border."""
    (C, H, W), (x1, y1, x2, y2) = x.shape, window
    patch = np.full((C, y2 - y1, x2 - x1), np.nan, x.dtype)
    left, top, right, bottom = max(x1, 0), max(y1, 0), min(x2, W), min(y2, H)
    if left < right and top < bottom:
        patch[:, top - y1 : bottom - y1, left - x1 : right - x1] = x[:, top:bottom, left:right]
    return patch
