"""conv → ReLU → max-pool as one compiled step: the same bits as the three steps, a fraction of the memory.

Only the compiled rung has it; `Sequential` uses it by itself where nobody looks at what is in between.
"""

from typing import Any, NamedTuple

from tinyconv import kernels
from tinyconv.engine import quietly
from tinyconv.functional.convolution import Conv2dCache, checked
from tinyconv.geometry import Window
from tinyconv.shapes import Array, ShapeError, upstream


class BlockCache(NamedTuple):
    """What the way back needs: y tells what the ReLU let through, `winners` which pixel of a window won."""

    conv: Conv2dCache
    pool: Window
    y: Array  # (N, F, PH, PW)
    winners: Array  # (N, F, PH, PW) uint8: kh·KW + kw of each window's winner


def can_fuse(pool: Window) -> bool:
    """Return whether a pool may join: no overlap, no padding, no dilation, and a byte numbers its pixels.

    >>> can_fuse(Window.of("max_pool2d", 2, 2)), can_fuse(Window.of("max_pool2d", 3, 2))
    (True, False)
    """
    rows, cols, _ = pool
    plain = all(
        axis.stride >= axis.kernel and axis.before == 0 and axis.dilation == 1 for axis in (rows, cols)
    )
    return plain and rows.kernel * cols.kernel <= 256


@quietly
def block_forward(
    x: Array,
    weight: Array,
    bias: Array | None,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
    pool: Window,
) -> tuple[Array, BlockCache]:
    """Return max_pool2d(relu(conv2d(x, weight, bias, …))) for a `pool` that `can_fuse`, and the cache.

    Raises:
        ShapeError, DTypeError: as `conv2d_forward` and `max_pool2d_forward` do; a pool that may not join.

    >>> import numpy as np
    >>> x, weight = np.arange(16.0).reshape(1, 1, 4, 4), np.ones((1, 1, 1, 1))
    >>> block_forward(x, weight, None, 1, 0, 1, 1, Window.of("max_pool2d", 2, 2))[0]
    array([[[[ 5.,  7.],
             [13., 15.]]]])
    """
    if not can_fuse(pool):
        raise ShapeError(
            f"block_forward: pool (kernel_size={pool.kernel_size}, stride={pool.stride}, …) must not "
            "overlap, nor have padding, dilation or more than 256 pixels"
        )
    bias, conv = checked(x, weight, bias, stride, padding, dilation, groups)
    output_size = pool.output_size("max_pool2d", *conv.output_shape[2:])
    y, winners = kernels.block_forward(
        conv.x, conv.weight, bias, _geometry(conv), pool.kernel_size, pool.stride, output_size
    )
    return y, BlockCache(conv, pool, y, winners)


@quietly
def block_backward(dy: Array, cache: BlockCache) -> tuple[Array, Array, Array | None]:
    """Return the gradients of the loss by x, weight and bias, given `dy` (N, F, PH, PW), its gradient by y.

    Raises:
        ShapeError, DTypeError: dy is not like y.
    """
    back, conv = _upstream("block_backward", dy, cache), cache.conv
    dx, dweight, dbias = kernels.block_backward(back, conv.x, conv.weight, _geometry(conv))
    return dx, dweight, dbias if conv.has_bias else None


@quietly
def block_parameter_gradients(dy: Array, cache: BlockCache) -> tuple[Array, Array | None]:
    """Return what `block_backward` does, without dx.

    Raises:
        ShapeError, DTypeError: dy is not like y.
    """
    back, conv = _upstream("block_parameter_gradients", dy, cache), cache.conv
    dweight, dbias = kernels.block_parameter_gradients(back, conv.x, conv.weight, _geometry(conv))
    return dweight, dbias if conv.has_bias else None


def _upstream(function: str, dy: Any, cache: BlockCache) -> kernels.Upstream:
    conv, pool, y, winners = cache
    dy = upstream(function, dy, y.shape, ("N", "F", "PH", "PW"), y=y)
    return kernels.Upstream(dy, y, winners, conv.output_shape[2:], pool.kernel_size, pool.stride)


def _geometry(conv: Conv2dCache) -> kernels.Geometry:
    x, weight, _, window, groups, output_shape = conv
    where = window.stride, window.padding, window.dilation, groups, output_shape[2:]
    return kernels.Geometry.of(x, weight, *where)
