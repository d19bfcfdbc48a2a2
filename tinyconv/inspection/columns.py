"""The im2col matrix, and which pixel each of its entries came from."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyconv.functional import col2im, im2col
from tinyconv.inspection.arguments import checked_cell, checked_filter
from tinyconv.inspection.one_filter import convolved
from tinyconv.layers import Conv2d
from tinyconv.shapes import Array, Pair


@dataclass(frozen=True, eq=False, repr=False)
class Columns:
    """The column matrix of one image: column p holds the patch that output pixel p sees."""

    x: Array  # (C, H, W)
    columns: Array  # (C·KH·KW, OH·OW)
    pixels: Array  # (C·KH·KW, OH·OW, 3) int64: channel, row, column; row = column = −1 in the padding
    copies: Array  # (H, W) int64: how many entries each pixel was copied to, per channel
    kernel_size: Pair  # (KH, KW)
    output_size: Pair  # (OH, OW)

    def adding_into(self, channel: int, row: int, col: int) -> Array:
        """Return (M, 2) int64: row and column of the entries that col2im adds into one pixel.

        Raises:
            ShapeError, DTypeError: x has no such pixel.
        """
        C, *size = self.x.shape
        channel = checked_filter("adding_into", channel, C, "x", "channel")
        row, col = checked_cell("adding_into", "(row, col)", (row, col), tuple(size), "x")
        return np.argwhere((self.pixels == (channel, row, col)).all(axis=-1))

    def __repr__(self) -> str:
        """Return the sizes, and how often a pixel is copied."""
        rows, cols = self.columns.shape
        low, high = self.copies.min(), self.copies.max()
        return f"Columns({rows}×{cols}: each pixel copied {low} to {high} times)"


def columns(layer: Conv2d, x: Any, *, image: int = 0) -> Columns:
    """Return the column matrix of one image, and where its entries came from.

    im2col itself tells: what it makes of an image of pixel numbers are the numbers of the pixels it copied.

    Args:
        layer: the convolution whose window slides.
        x: images (N, C, H, W), or one (C, H, W).
        image: which image of the batch.

    Raises:
        ShapeError, DTypeError: x does not fit the layer, or there is no such image.

    >>> unfolded = columns(Conv2d(1, 1, 2), np.arange(9, dtype=np.float32).reshape(1, 3, 3))
    >>> unfolded
    Columns(4×4: each pixel copied 1 to 4 times)
    >>> unfolded.columns[:, 3], unfolded.pixels[:, 3].tolist()
    (array([4., 5., 7., 8.], dtype=float32), [[0, 1, 1], [0, 1, 2], [0, 2, 1], [0, 2, 2]])
    >>> unfolded.adding_into(channel=0, row=1, col=1).tolist()  # the centre is in all four patches
    [[0, 3], [1, 2], [2, 1], [3, 0]]
    """
    x = convolved("columns", layer, x, image)
    C, H, W = x.shape[1:]
    matrix, taps = _unfold(layer, x), origins(layer, (H, W))  # taps: (KH·KW, OH·OW, 2)
    pixels = np.empty((*matrix.shape, 3), np.int64)
    pixels[..., 0] = np.arange(C).repeat(len(taps))[:, None]
    pixels[..., 1:] = np.tile(taps, (C, 1, 1))
    ones = np.ones((1, *taps.shape[:2]))
    copies = col2im(ones, (H, W), layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    return Columns(
        x=x[0],
        columns=matrix,
        pixels=pixels,
        copies=copies[0, 0].astype(np.int64),
        kernel_size=layer.window.kernel_size,
        output_size=layer.window.output_size("columns", H, W),
    )


def origins(layer: Conv2d, size: Pair) -> Array:
    """Return (KH·KW, OH·OW, 2) int64: the row and column of each tap's pixel; −1 in the padding.

    >>> origins(Conv2d(1, 1, (1, 2), padding=(0, 1)), (1, 1)).tolist()
    [[[-1, -1], [0, 0]], [[0, 0], [-1, -1]]]
    """
    H, W = size
    numbered = np.arange(1.0, H * W + 1).reshape(1, 1, H, W)  # from 1: 0 is the padding
    numbers = _unfold(layer, numbered).astype(np.int64) - 1
    return np.where(numbers[..., None] < 0, -1, np.stack(np.divmod(numbers, W), axis=-1))


def _unfold(layer: Conv2d, x: Array) -> Array:
    return im2col(x, layer.kernel_size, layer.stride, layer.padding, layer.dilation)[0]
