"""Two-dimensional convolution, as deep learning means it: cross-correlation, `torch.nn.functional.conv2d`."""

from typing import Any, NamedTuple

from tinyconv import kernels, reference, vectorised
from tinyconv.engine import choose, get_engine, quietly
from tinyconv.geometry import Window
from tinyconv.shapes import Array, ShapeError, floats, integer, same_dtype, same_shape, upstream
from tinyconv.trace import SILENT, Note


class Conv2dCache(NamedTuple):
    """What the way back needs: the columns are made again from `x`, which is cheaper than keeping them."""

    x: Array  # (N, C, H, W)
    weight: Array  # (F, C/G, KH, KW)
    has_bias: bool
    window: Window
    groups: int
    output_shape: tuple[int, int, int, int]  # (N, F, OH, OW)


@quietly
def conv2d_forward(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    *,
    note: Note = SILENT,
) -> tuple[Array, Conv2dCache]:
    """Lay every filter on every place of every image: multiply, add up, add the bias.

    Args:
        x: images (N, C, H, W), float32 or float64, in any memory layout.
        weight: filters (F, C/groups, KH, KW) of the same dtype.
        bias: one number per filter (F,), or None.
        stride: an int or (rows, columns): how far the window moves, in pixels.
        padding: zeros around the image: an int, a pair, ``"same"``, ``"valid"`` or
            ``((top, bottom), (left, right))``.
        dilation: an int or a pair: the distance between two taps of the kernel, in pixels.
        groups: into how many independent groups the channels are split.
        note: is told ``padded``, ``columns`` (not on the ``"loops"`` rung) and ``output``.

    Returns:
        y (N, F, OH, OW) with OH = ⌊(H + top + bottom − dilation·(KH − 1) − 1) / stride⌋ + 1, and the cache.

    Raises:
        ShapeError: shapes that don't fit together, or a number out of range.
        DTypeError: a dtype that is not float32 or float64, or more than one.

    >>> import numpy as np
    >>> y, cache = conv2d_forward(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), padding=(0, 1))
    >>> y[0, 0]
    array([[2., 4., 4., 2.],
           [2., 4., 4., 2.]])
    """
    bias, cache = checked(x, weight, bias, stride, padding, dilation, groups)
    x, weight, _, window, groups, output_shape = cache
    forward = choose(
        loops=reference.conv2d_forward, numpy=vectorised.conv2d_forward, numba=kernels.conv2d_forward
    )
    y = forward(
        x, weight, bias, window.stride, window.padding, window.dilation, groups, output_shape[2:], note
    )
    return y, cache


@quietly
def conv2d_backward(
    dy: Array, cache: Conv2dCache, *, note: Note = SILENT
) -> tuple[Array, Array, Array | None]:
    """Return the gradients of the loss by x, weight and bias, given `dy`, its gradient by y.

    Args:
        dy: (N, F, OH, OW), of y's dtype.
        cache: what `conv2d_forward` returned.
        note: is told ``dx``, ``dweight`` and ``dbias``; before them ``dcolumns`` on the ``"numpy"`` rung, and
            ``dpadded`` on the two slower rungs.

    Returns:
        dx (N, C, H, W), dweight (F, C/groups, KH, KW), and dbias (F,) or None without a bias.

    Raises:
        ShapeError, DTypeError: dy is not like y.

    >>> import numpy as np
    >>> y, cache = conv2d_forward(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)))
    >>> dx, dweight, dbias = conv2d_backward(np.ones_like(y), cache)
    >>> dx[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    dy = upstream("conv2d_backward", dy, cache.output_shape, ("N", "F", "OH", "OW"), x=cache.x)
    backward = choose(
        loops=reference.conv2d_backward, numpy=vectorised.conv2d_backward, numba=kernels.conv2d_backward
    )
    x, weight, has_bias, window, groups, _ = cache
    dx, dweight, dbias = backward(dy, x, weight, window.stride, window.padding, window.dilation, groups, note)
    return note("dx", dx), note("dweight", dweight), note("dbias", dbias) if has_bias else None


@quietly
def conv2d_parameter_gradients(dy: Array, cache: Conv2dCache) -> tuple[Array, Array | None]:
    """Return what `conv2d_backward` does, without dx: the first layer of a network is not asked for it.

    Raises:
        ShapeError, DTypeError: dy is not like y.

    >>> import numpy as np
    >>> y, cache = conv2d_forward(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), np.zeros(1))
    >>> conv2d_parameter_gradients(np.ones_like(y), cache)
    (array([[[[4., 4.],
              [4., 4.]]]]), array([4.]))
    """
    if get_engine() != "numba":
        return conv2d_backward(dy, cache)[1:]
    dy = upstream("conv2d_parameter_gradients", dy, cache.output_shape, ("N", "F", "OH", "OW"), x=cache.x)
    x, weight, has_bias, window, groups, _ = cache
    dweight, dbias = kernels.conv2d_parameter_gradients(
        dy, x, weight, window.stride, window.padding, window.dilation, groups
    )
    return dweight, dbias if has_bias else None


def checked(
    x: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: Any
) -> tuple[Array | None, Conv2dCache]:
    """Check a convolution's arguments; return the bias, and the rest as the cache that backward needs."""
    x = floats("conv2d", "x", x, "NCHW")
    weight = floats("conv2d", "weight", weight, ("F", "C/groups", "KH", "KW"))
    bias = None if bias is None else floats("conv2d", "bias", bias, "F")
    groups = integer("conv2d", "groups", groups, minimum=1)
    _check_channels(x, weight, bias, groups)
    window = Window.of("conv2d", weight.shape[2:], stride, padding, dilation)
    OH, OW = window.output_size("conv2d", *x.shape[2:])
    return bias, Conv2dCache(x, weight, bias is not None, window, groups, (len(x), len(weight), OH, OW))


def _check_channels(x: Array, weight: Array, bias: Array | None, groups: int) -> None:
    same_dtype("conv2d", x=x, weight=weight, bias=bias)
    C, (F, CG) = x.shape[1], weight.shape[:2]
    for argument, count in (("the channels of x", C), ("the filters of weight", F)):
        if count % groups:
            raise ShapeError(f"conv2d: groups (={groups}) must divide {argument} (={count})")
    if C // groups != CG:
        raise ShapeError(
            f"conv2d: weight (shape={weight.shape}) must have C/groups = {C}/{groups} = {C // groups} "
            f"channels per filter, got {CG}"
        )
    if not F * CG:
        raise ShapeError(f"conv2d: weight (shape={weight.shape}) must have a filter and a channel at least")
    if bias is not None:
        same_shape("conv2d", "bias", bias, (F,), "one number per filter")
