"""The max-pool layer."""

from typing import Any

from tinyconv.functional.pooling import (
    MaxPool2dCache,
    max_pool2d_backward,
    max_pool2d_forward,
    pool_window,
)
from tinyconv.geometry import Window
from tinyconv.layers.base import Gradients, Layer, Run
from tinyconv.shapes import Array
from tinyconv.trace import Note


class MaxPool2d(Layer):
    """Keep the largest pixel of every window, with PyTorch's arguments and semantics.

    Args:
        kernel_size: an int or (rows, columns).
        stride: an int or a pair; None means `kernel_size`.
        padding: an int or a pair, at most half of the kernel; padding never wins.
        dilation: an int or a pair: the distance between two taps of the window.
        ceil_mode: whether a last window may hang over the bottom or right edge.

    Raises:
        ShapeError, DTypeError: an argument out of range or of the wrong type.

    >>> import numpy as np
    >>> y, metadata = MaxPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4), {"bbox": [0, 0, 2, 4]})
    >>> y[0, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    >>> np.asarray(metadata["bbox"])
    array([0., 0., 1., 2.])
    """

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
    ) -> None:
        self.window: Window = pool_window("max_pool2d", kernel_size, stride, padding, dilation, ceil_mode)
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self.dilation, self.ceil_mode = dilation, ceil_mode

    def _forward(self, x: Array, run: Run) -> tuple[Array, MaxPool2dCache]:
        return max_pool2d_forward(
            x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, note=run.note
        )

    def _backward(self, dy: Array, cache: MaxPool2dCache, note: Note) -> tuple[Array, Gradients]:
        return max_pool2d_backward(dy, cache, note=note), {}

    def output_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return (C, OH, OW) for (C, H, W)."""
        C, H, W = shape
        return C, *self.window.places(H, W)
