"""Max-pooling: `torch.nn.functional.max_pool2d`."""

from typing import Any, NamedTuple

import numpy as np

from tinyconv import kernels, reference, vectorised
from tinyconv.engine import choose
from tinyconv.geometry import Axis, Window
from tinyconv.shapes import Array, Pair, ShapeError, floats, pair, upstream
from tinyconv.trace import SILENT, Note


class MaxPool2dCache(NamedTuple):
    """What the way back needs: the winners (the "switches"), and the size of the image."""

    indices: Array  # (N, C, OH, OW) int64: h·W + w of each winner; −1 where a window holds no pixel
    input_size: Pair  # (H, W)
    dtype: np.dtype[Any]


def pool_window(
    function: str, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Window:
    """Check the arguments of a pool and return its window; without a stride, windows stand side by side.

    >>> pool_window("max_pool2d", 2, None, 0, 1, False).stride
    (2, 2)
    """
    paddings = pair(function, "padding", padding, minimum=0)
    stride = kernel_size if stride is None else stride
    window = Window.of(function, kernel_size, stride, paddings, dilation, ceil_mode)
    for axis in (window.rows, window.cols):
        _check_padding(function, axis)
    return window


def _check_padding(function: str, axis: Axis) -> None:
    if 2 * axis.before > axis.extent:
        span = f" spread by dilation to {axis.extent}" if axis.dilation > 1 else ""
        raise ShapeError(
            f"{function}: padding (={axis.before}) must be at most half of kernel_size (={axis.kernel}){span}"
        )


def max_pool2d_forward(
    x: Array,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    *,
    note: Note = SILENT,
) -> tuple[Array, MaxPool2dCache]:
    """Keep the largest pixel of every window, and remember where it stood.

    Padding never wins; of equal pixels the first in row-major order wins; NaN wins over numbers. A window
    without any pixel (its taps jump over a tiny image) gives −inf and the index −1.

    Args:
        x: images (N, C, H, W), float32 or float64, in any memory layout.
        kernel_size: an int or (rows, columns).
        stride: an int or a pair; None means `kernel_size`.
        padding: an int or a pair, at most half of the kernel.
        dilation: an int or a pair: the distance between two taps of the window, in pixels.
        ceil_mode: whether a last window may hang over the bottom or right edge.
        note: is told ``output`` and ``indices``.

    Returns:
        y (N, C, OH, OW), and the cache, whose `indices` are those of PyTorch's `return_indices`.

    Raises:
        ShapeError: shapes that don't fit together, or a number out of range.
        DTypeError: a dtype that is not float32 or float64.

    >>> import numpy as np
    >>> y, cache = max_pool2d_forward(np.array([[[[1.0, 3.0], [2.0, 3.0]]]]), 2)
    >>> y.item(), cache.indices.item()
    (3.0, 1)
    """
    x = floats("max_pool2d", "x", x, "NCHW")
    window = pool_window("max_pool2d", kernel_size, stride, padding, dilation, ceil_mode)
    H, W = x.shape[2:]
    OH, OW = window.output_size("max_pool2d", H, W)

    forward = choose(
        loops=reference.max_pool2d_forward,
        numpy=vectorised.max_pool2d_forward,
        numba=kernels.max_pool2d_forward,
    )
    y, indices = forward(x, window.kernel_size, window.stride, window.padding, window.dilation, (OH, OW))
    return note("output", y), MaxPool2dCache(note("indices", indices), (H, W), x.dtype)


def max_pool2d_backward(dy: Array, cache: MaxPool2dCache, *, note: Note = SILENT) -> Array:
    """Give each window's gradient to its winner; where windows overlap, gradients add up.

    Args:
        dy: (N, C, OH, OW), of x's dtype.
        cache: what `max_pool2d_forward` returned.
        note: is told ``dx``.

    Returns:
        dx (N, C, H, W).

    Raises:
        ShapeError, DTypeError: dy is not like y.

    >>> import numpy as np
    >>> y, cache = max_pool2d_forward(np.array([[[[1.0, 3.0], [2.0, 3.0]]]]), 2)
    >>> max_pool2d_backward(np.array([[[[7.0]]]]), cache)
    array([[[[0., 7.],
             [0., 0.]]]])
    """
    dy = upstream("max_pool2d_backward", dy, cache.indices.shape, ("N", "C", "OH", "OW"), x=cache.dtype)
    backward = choose(
        loops=reference.max_pool2d_backward,
        numpy=vectorised.max_pool2d_backward,
        numba=kernels.max_pool2d_backward,
    )
    return note("dx", backward(dy, cache.indices, cache.input_size))
