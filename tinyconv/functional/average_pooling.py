"""Average-pooling: `torch.nn.functional.avg_pool2d`, and the mean over whole maps."""

from typing import Any, NamedTuple

import numpy as np

from tinyconv import kernels, reference, vectorised
from tinyconv.engine import choose, quietly
from tinyconv.functional.pooling import pool_window
from tinyconv.geometry import Window
from tinyconv.shapes import Array, Pair, ShapeError, floats, upstream
from tinyconv.trace import SILENT, Note


class AvgPool2dCache(NamedTuple):
    """What the way back needs: no pixel, only how the windows lay."""

    window: Window
    count_include_pad: bool
    input_size: Pair  # (H, W)
    output_shape: tuple[int, ...]  # (N, C, OH, OW)
    dtype: np.dtype[Any]


@quietly
def avg_pool2d_forward(
    x: Array,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    *,
    note: Note = SILENT,
) -> tuple[Array, AvgPool2dCache]:
    """Return the mean of every window.

    What hangs over the edge in `ceil_mode` never counts; padding counts as zeros, unless told otherwise.

    Args:
        x: images (N, C, H, W), float32 or float64, in any memory layout.
        kernel_size: an int or (rows, columns).
        stride: an int or a pair; None means `kernel_size`.
        padding: an int or a pair, at most half of the kernel.
        ceil_mode: whether a last window may hang over the bottom or right edge.
        count_include_pad: whether padding counts when a window's sum is divided.
        note: is told ``output``.

    Returns:
        y (N, C, OH, OW), and the cache.

    Raises:
        ShapeError: shapes that don't fit together, or a number out of range.
        DTypeError: a dtype that is not float32 or float64.

    >>> import numpy as np
    >>> x = np.array([[[[1.0, 3.0], [5.0, 7.0]]]])
    >>> avg_pool2d_forward(x, 2)[0].item()
    4.0
    >>> avg_pool2d_forward(x, 2, padding=1)[0][0, 0, 0]
    array([0.25, 0.75])
    >>> avg_pool2d_forward(x, 2, padding=1, count_include_pad=False)[0][0, 0, 0]
    array([1., 3.])
    """
    x = floats("avg_pool2d", "x", x, "NCHW")
    window = pool_window("avg_pool2d", kernel_size, stride, padding, 1, ceil_mode)
    output_size = window.output_size("avg_pool2d", *x.shape[2:])
    forward = choose(
        loops=reference.avg_pool2d_forward,
        numpy=vectorised.avg_pool2d_forward,
        numba=kernels.avg_pool2d_forward,
    )
    counted = bool(count_include_pad)
    y = forward(x, window.kernel_size, window.stride, window.padding, output_size, counted)
    return note("output", y), AvgPool2dCache(window, counted, x.shape[2:], y.shape, x.dtype)


@quietly
def avg_pool2d_backward(dy: Array, cache: AvgPool2dCache, *, note: Note = SILENT) -> Array:
    """Give every pixel of a window its share; where windows overlap, gradients add up.

    Args:
        dy: (N, C, OH, OW), of x's dtype.
        cache: what `avg_pool2d_forward` returned.
        note: is told ``dx``.

    Returns:
        dx (N, C, H, W).

    Raises:
        ShapeError, DTypeError: dy is not like y.

    >>> import numpy as np
    >>> y, cache = avg_pool2d_forward(np.zeros((1, 1, 1, 3)), (1, 2), stride=1)
    >>> avg_pool2d_backward(np.array([[[[4.0, 6.0]]]]), cache)
    array([[[[2., 5., 3.]]]])
    """
    dy = upstream("avg_pool2d_backward", dy, cache.output_shape, ("N", "C", "OH", "OW"), x=cache.dtype)
    backward = choose(
        loops=reference.avg_pool2d_backward,
        numpy=vectorised.avg_pool2d_backward,
        numba=kernels.avg_pool2d_backward,
    )
    window = cache.window
    geometry = window.kernel_size, window.stride, window.padding
    return note("dx", backward(dy, cache.input_size, *geometry, cache.count_include_pad))


class GlobalAvgPool2dCache(NamedTuple):
    """What the way back needs."""

    input_size: Pair  # (H, W)
    output_shape: tuple[int, ...]  # (N, C)
    dtype: np.dtype[Any]


@quietly
def global_avg_pool2d_forward(x: Array, *, note: Note = SILENT) -> tuple[Array, GlobalAvgPool2dCache]:
    """Return the mean of every map: (N, C, H, W) → (N, C).

    Args:
        x: images (N, C, H, W) of any size, float32 or float64.
        note: is told ``output``.

    Raises:
        ShapeError: x has other axes, or maps without a pixel: the mean of none is none.
        DTypeError: a dtype that is not float32 or float64.

    >>> import numpy as np
    >>> global_avg_pool2d_forward(np.arange(8.0).reshape(1, 2, 2, 2))[0]
    array([[1.5, 5.5]])
    """
    x = floats("global_avg_pool2d", "x", x, "NCHW")
    if 0 in x.shape[2:]:
        raise ShapeError(f"global_avg_pool2d: x (shape={x.shape}) must have at least one pixel per map")
    forward = choose(
        loops=reference.global_avg_pool2d_forward,
        numpy=vectorised.global_avg_pool2d_forward,
        numba=vectorised.global_avg_pool2d_forward,
    )
    y = note("output", forward(x))
    return y, GlobalAvgPool2dCache(x.shape[2:], y.shape, x.dtype)


@quietly
def global_avg_pool2d_backward(dy: Array, cache: GlobalAvgPool2dCache, *, note: Note = SILENT) -> Array:
    """Give every pixel of a map the same share.

    Args:
        dy: (N, C), of x's dtype.
        cache: what `global_avg_pool2d_forward` returned.
        note: is told ``dx``.

    Returns:
        dx (N, C, H, W).

    Raises:
        ShapeError, DTypeError: dy is not like y.

    >>> import numpy as np
    >>> y, cache = global_avg_pool2d_forward(np.zeros((1, 1, 2, 2)))
    >>> global_avg_pool2d_backward(np.array([[8.0]]), cache)
    array([[[[2., 2.],
             [2., 2.]]]])
    """
    dy = upstream("global_avg_pool2d_backward", dy, cache.output_shape, "NC", x=cache.dtype)
    backward = choose(
        loops=reference.global_avg_pool2d_backward,
        numpy=vectorised.global_avg_pool2d_backward,
        numba=vectorised.global_avg_pool2d_backward,
    )
    return note("dx", backward(dy, cache.input_size))
