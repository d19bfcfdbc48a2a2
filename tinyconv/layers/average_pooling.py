"""The average-pool layers: over windows, and over whole maps."""

from typing import Any

from tinyconv.functional.average_pooling import (
    AvgPool2dCache,
    GlobalAvgPool2dCache,
    avg_pool2d_backward,
    avg_pool2d_forward,
    global_avg_pool2d_backward,
    global_avg_pool2d_forward,
)
from tinyconv.functional.pooling import pool_window
from tinyconv.geometry import Window
from tinyconv.layers.base import Gradients, Layer, Run
from tinyconv.shapes import Array
from tinyconv.trace import Note


class AvgPool2d(Layer):
    """Return the mean of every window, with PyTorch's semantics and arguments, but for `divisor_override`.

    Args:
        kernel_size: an int or (rows, columns).
        stride: an int or a pair; None means `kernel_size`.
        padding: an int or a pair, at most half of the kernel: zeros around the image.
        ceil_mode: whether a last window may hang over the bottom or right edge; what hangs over never counts.
        count_include_pad: whether padding counts when a window's sum is divided.

    Raises:
        ShapeError, DTypeError: an argument out of range or of the wrong type.

    >>> import numpy as np
    >>> y, metadata = AvgPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4), {"bbox": [0, 0, 2, 4]})
    >>> y[0, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    >>> np.asarray(metadata["bbox"])
    array([0., 0., 1., 2.])
    """

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        self.window: Window = pool_window("avg_pool2d", kernel_size, stride, padding, 1, ceil_mode)
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def _forward(self, x: Array, run: Run) -> tuple[Array, AvgPool2dCache]:
        return avg_pool2d_forward(
            x,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            note=run.note,
        )

    def _backward(self, dy: Array, cache: AvgPool2dCache, note: Note) -> tuple[Array, Gradients]:
        return avg_pool2d_backward(dy, cache, note=note), {}

    def output_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return (C, OH, OW) for (C, H, W)."""
        C, H, W = shape
        return C, *self.window.places(H, W)


class GlobalAvgPool2d(Layer):
    """Return the mean of every map, whatever its size: (N, C, H, W) → (N, C). Here places end.

    >>> import numpy as np
    >>> GlobalAvgPool2d()(np.arange(8.0).reshape(1, 2, 2, 2))[0]
    array([[1.5, 5.5]])
    """

    mixes_places = "each of its outputs is the mean over all cells of a map"

    def _forward(self, x: Array, run: Run) -> tuple[Array, GlobalAvgPool2dCache]:
        return global_avg_pool2d_forward(x, note=run.note)

    def _backward(self, dy: Array, cache: GlobalAvgPool2dCache, note: Note) -> tuple[Array, Gradients]:
        return global_avg_pool2d_backward(dy, cache, note=note), {}

    def output_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return (C,) for (C, H, W)."""
        return shape[:1]
