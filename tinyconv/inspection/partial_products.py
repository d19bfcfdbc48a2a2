"""Inside one filter: what it makes of each input channel, before the maps are summed."""

from dataclasses import dataclass
from typing import Any

from tinyconv.geometry import Window
from tinyconv.layers import Conv2d
from tinyconv.shapes import Array


@dataclass(frozen=True, eq=False)
class PartialProducts:
    """One filter on one image, step by step: products → running sums → + bias → ReLU → max-pool.

    C' is the number of channels that the filter reads: all C, or those of its group.
    """

    filter: int
    channels: Array  # (C',) int64: which channels of x it reads
    x: Array  # (C', H, W): those channels
    kernel: Array  # (C', KH, KW)
    products: Array  # (C', OH, OW): each channel under its own kernel
    running: Array  # (C', OH, OW): the sum of the first channel, of the first two, …
    bias: float  # 0 for a layer without
    output: Array  # (OH, OW): the layer's own map of the filter
    rectified: Array  # (OH, OW): behind a ReLU
    pooled: Array | None  # (PH, PW): behind a max-pool; None where there is none, or no window fits
    winners: Array | None  # (PH, PW) int64: row·OW + column of the cell that won each window
    window: Window  # of the convolution
    pool_window: Window | None


def partial_products(
    layer: Conv2d, x: Any, filter: int, *, pool: Any = 2, image: int = 0
) -> PartialProducts:
    """Return what one filter makes of each input channel, and how that becomes its map."""
    raise NotImplementedError
