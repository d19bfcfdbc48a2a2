"""Inside one filter: what it makes of each input channel, before the maps are summed."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyconv.functional import conv2d_forward, max_pool2d_forward, relu_forward
from tinyconv.functional.pooling import pool_window
from tinyconv.geometry import Window
from tinyconv.inspection.one_filter import one_filter
from tinyconv.layers import Conv2d
from tinyconv.shapes import Array


@dataclass(frozen=True, eq=False, repr=False)
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

    def __repr__(self) -> str:
        """Return the equation of pictures, in sizes."""
        (C, KH, KW), (OH, OW) = self.kernel.shape, self.output.shape
        pool = "" if self.pooled is None else " → pool {}×{}".format(*self.pooled.shape)
        return (
            f"PartialProducts(filter {self.filter}: {C} × kernel {KH}×{KW} → {C} × map {OH}×{OW} "
            f"→ sum + {self.bias:.4g} → ReLU{pool})"
        )


def partial_products(layer: Conv2d, x: Any, filter: int, *, pool: Any = 2, image: int = 0) -> PartialProducts:
    """Return what one filter makes of each input channel, and how that becomes its map.

    A filter on an RGB image *is* three kernels. Their maps are made by the compiled convolution itself, with
    one group per channel; their sum and the bias are the layer's output, up to rounding.

    Args:
        layer: the convolution.
        x: images (N, C, H, W), or one (C, H, W).
        filter: which of its filters.
        pool: the kernel size of the max-pool at the end: an int or a pair; None: no pool.
        image: which image of the batch.

    Raises:
        ShapeError, DTypeError: x does not fit the layer, or there is no such filter or image.

    >>> layer = Conv2d(3, 8, 3, padding=1, rng=0)
    >>> steps = partial_products(layer, np.ones((3, 8, 8), np.float32), filter=5)
    >>> steps
    PartialProducts(filter 5: 3 × kernel 3×3 → 3 × map 8×8 → sum + -0.1434 → ReLU → pool 4×4)
    >>> bool(np.allclose(steps.products.sum(axis=0) + steps.bias, steps.output))
    True
    """
    window = None if pool is None else pool_window("partial_products", pool, None, 0, 1, False)
    own = one_filter("partial_products", layer, x, filter, image)
    products, _ = conv2d_forward(
        own.x,
        own.kernel[:, None],  # (C', 1, KH, KW): a group per channel
        None,
        layer.stride,
        layer.padding,
        layer.dilation,
        groups=len(own.channels),
    )
    rectified, _ = relu_forward(own.output)
    pooled, winners = _pooled(rectified, window)
    return PartialProducts(
        filter=own.filter,
        channels=own.channels,
        x=own.x[0],
        kernel=own.kernel,
        products=products[0],
        running=np.cumsum(products[0], axis=0),
        bias=own.bias,
        output=own.output,
        rectified=rectified,
        pooled=pooled,
        winners=winners,
        window=layer.window,
        pool_window=window,
    )


def _pooled(cells: Array, window: Window | None) -> tuple[Array | None, Array | None]:
    """Return what a max-pool keeps of (OH, OW), and which cells those were."""
    if window is None or any(
        axis.output_size(size) < 1 for axis, size in zip(window[:2], cells.shape, strict=True)
    ):
        return None, None
    y, cache = max_pool2d_forward(cells[None, None], window.kernel_size)
    return y[0, 0], cache.indices[0, 0]
