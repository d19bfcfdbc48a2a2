"""One output pixel by hand: the patch, the kernel, the products, the sum."""

from dataclasses import dataclass
from typing import Any

from tinyconv.layers import Conv2d
from tinyconv.shapes import Array


@dataclass(frozen=True, eq=False)
class Patch:
    """Everything that makes one output pixel: output = sums.sum() + bias.

    C' is the number of channels that the filter reads: all C, or those of its group.
    """

    filter: int
    row: int
    col: int
    channels: Array  # (C',) int64: which channels of x it reads
    patch: Array  # (C', KH, KW): what the filter sees; 0 where a tap lies in the padding
    kernel: Array  # (C', KH, KW)
    products: Array  # (C', KH, KW)
    sums: Array  # (C',): the products of each channel, added up
    bias: float  # 0 for a layer without
    output: float  # the layer's own number
    rows: Array  # (KH, KW) int64: the pixel of each tap; −1 in the padding
    cols: Array  # (KH, KW) int64


def patch(layer: Conv2d, x: Any, filter: int, row: int, col: int, *, image: int = 0) -> Patch:
    """Return all numbers that make one output pixel."""
    raise NotImplementedError
