"""The patches of a data set that excite a filter most."""

from dataclasses import dataclass
from typing import Any

from tinyconv.layers import Layer
from tinyconv.shapes import Array


@dataclass(frozen=True, eq=False)
class TopPatches:
    """The k images of a data set that excite a filter most, each cut where it does, strongest first.

    A patch is as large as what a cell sees, h×w; where that hangs over the border, the patch is NaN: there is
    no pixel. Behind a layer that mixes all places a patch is the whole image.
    """

    layer: str
    filter: int
    activations: Array  # (k,)
    images: Array  # (k,) int64: rows in the data set
    positions: Array  # (k, 2) int64: row and column on the layer's map; −1 where places have ended
    boxes: Array  # (k, 4) int64 xyxy: what the cell sees; it may hang over the image's border
    patches: Array  # (k, C, h, w); NaN outside of the image
    pictures: Array  # (k, C, h, w): their deconvnet pictures; NaN outside of the image
    labels: tuple[tuple[str, ...], ...]  # of the objects that each patch shows


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
    """Return the k patches that excite a filter most, one per image at most."""
    raise NotImplementedError
