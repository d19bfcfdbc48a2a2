"""What one activation looks at: deconvnet, saliency and guided backpropagation."""

from dataclasses import dataclass
from typing import Any

from tinyconv.layers import Layer
from tinyconv.shapes import Array, Pair


@dataclass(frozen=True, eq=False)
class Attribution:
    """One activation, sent back through the network down to the pixels, with 1 in its place."""

    method: str  # "deconvnet", "saliency" or "guided_backprop"
    layer: str
    filter: int
    position: Pair | None  # (row, col) on the layer's map; None behind a layer that mixes all places
    activation: float
    x: Array  # (C, H, W): the image
    picture: Array  # (C, H, W): what came down
    xyxy: tuple[int, int, int, int]  # the pixels that the cell sees; all where position is None


def deconvnet(
    network: Layer,
    x: Any,
    layer: str,
    filter: int,
    position: Pair | None = None,
    *,
    metadata: Any = None,
    image: int = 0,
) -> Attribution:
    """Send one activation down: rectify it at every ReLU (Zeiler & Fergus)."""
    raise NotImplementedError


def saliency(
    network: Layer,
    x: Any,
    layer: str,
    filter: int,
    position: Pair | None = None,
    *,
    metadata: Any = None,
    image: int = 0,
) -> Attribution:
    """Return the gradient."""
    raise NotImplementedError


def guided_backprop(
    network: Layer,
    x: Any,
    layer: str,
    filter: int,
    position: Pair | None = None,
    *,
    metadata: Any = None,
    image: int = 0,
) -> Attribution:
    """Do both."""
    raise NotImplementedError
