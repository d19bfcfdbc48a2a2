"""The im2col matrix, and which pixel each of its entries came from."""

from dataclasses import dataclass
from typing import Any

from tinyconv.layers import Conv2d
from tinyconv.shapes import Array, Pair


@dataclass(frozen=True, eq=False)
class Columns:
    """The column matrix of one image: column p holds the patch that output pixel p sees."""

    x: Array  # (C, H, W)
    columns: Array  # (C·KH·KW, OH·OW)
    pixels: Array  # (C·KH·KW, OH·OW, 3) int64: channel, row, column; row = column = −1 in the padding
    copies: Array  # (H, W) int64: how many entries each pixel was copied to, per channel
    kernel_size: Pair  # (KH, KW)
    output_size: Pair  # (OH, OW)

    def adding_into(self, channel: int, row: int, col: int) -> Array:
        """Return (M, 2) int64: row and column of the entries that col2im adds into one pixel."""
        raise NotImplementedError


def columns(layer: Conv2d, x: Any, *, image: int = 0) -> Columns:
    """Return the column matrix of one image, and where its entries came from."""
    raise NotImplementedError
