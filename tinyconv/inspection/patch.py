"""One output pixel by hand: the patch, the kernel, the products, the sum."""

from dataclasses import dataclass
from typing import Any

from tinyconv.functional import im2col
from tinyconv.inspection.arguments import checked_cell
from tinyconv.inspection.columns import origins
from tinyconv.inspection.one_filter import one_filter
from tinyconv.layers import Conv2d
from tinyconv.shapes import Array


@dataclass(frozen=True, eq=False, repr=False)
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

    def __repr__(self) -> str:
        """Return the sum, written out by channel."""
        terms = " + ".join(f"({total:.4g})" for total in [*self.sums.tolist(), self.bias])
        return f"Patch(filter {self.filter}, row {self.row}, col {self.col}: {terms} = {self.output:.4g})"


def patch(layer: Conv2d, x: Any, filter: int, row: int, col: int, *, image: int = 0) -> Patch:
    """Return all numbers that make one output pixel: enough to do it by hand.

    Args:
        layer: the convolution.
        x: images (N, C, H, W), or one (C, H, W).
        filter: which of its filters.
        row, col: the output pixel.
        image: which image of the batch.

    Raises:
        ShapeError, DTypeError: x does not fit the layer, or there is no such filter, pixel or image.

    >>> import numpy as np
    >>> layer = Conv2d(2, 1, 2, bias=False)
    >>> layer.load_state_dict({"weight": np.ones((1, 2, 2, 2))})
    >>> by_hand = patch(layer, np.arange(18, dtype=np.float32).reshape(2, 3, 3), filter=0, row=1, col=0)
    >>> by_hand
    Patch(filter 0, row 1, col 0: (20) + (56) + (0) = 76)
    >>> by_hand.patch[0], by_hand.rows
    (array([[3., 4.],
           [6., 7.]], dtype=float32), array([[1, 1],
           [2, 2]]))
    """
    own = one_filter("patch", layer, x, filter, image)
    row, col = checked_cell("patch", "(row, col)", (row, col), own.output.shape, repr(layer))
    place = row * own.output.shape[1] + col
    columns = im2col(own.x, layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    seen = columns[0, :, place].reshape(own.kernel.shape)  # (C', KH, KW)
    taps = origins(layer, own.x.shape[2:])[:, place].reshape(*own.kernel.shape[1:], 2)
    products = seen * own.kernel
    return Patch(
        filter=own.filter,
        row=row,
        col=col,
        channels=own.channels,
        patch=seen,
        kernel=own.kernel,
        products=products,
        sums=products.sum(axis=(1, 2)),
        bias=own.bias,
        output=float(own.output[row, col]),
        rows=taps[..., 0],
        cols=taps[..., 1],
    )
