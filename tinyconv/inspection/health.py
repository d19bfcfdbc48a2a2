"""How a network's layers are: what is dead, saturated or alike, and whether first filters have a structure."""

from dataclasses import dataclass
from typing import Any

from tinyconv.layers import Layer
from tinyconv.shapes import Array


@dataclass(frozen=True, eq=False)
class LayerHealth:
    """One layer's activations over all images, and its weights."""

    name: str
    layer: str  # the call that makes it
    filters: int  # channels, or features, that come out: F
    mean: Array  # (F,) float64: of each channel over all images and cells
    std: Array  # (F,) float64
    low: Array  # (F,): the smallest activation
    high: Array  # (F,): the largest
    zeros: Array  # (F,) float64: the share of activations that are exactly 0
    dead: Array  # int64: the channels of a ReLU that are never positive
    saturated: Array  # int64: channels of a ReLU that are always positive, of a sigmoid or tanh mostly flat
    alike: Array  # (P, 2) int64: pairs of filters whose weights have |cosine| ≥ 0.95


@dataclass(frozen=True, eq=False)
class Health:
    """One row per layer; and the filters of the first convolution, scored against noise."""

    layers: tuple[LayerHealth, ...]
    first: str | None  # the first convolution's name
    filters: Array | None  # (F, C', KH, KW): its weights
    oriented: Array | None  # (F,) in [0, 1]: the share of shuffles of its own taps that are less oriented


def health(
    network: Layer, images: Array, *, metadata: Any = None, batch_size: int = 64, progress: bool = True
) -> Health:
    """Run the network over all images, and return how its layers are."""
    raise NotImplementedError
