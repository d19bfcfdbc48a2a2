"""The fully connected layer: `torch.nn.functional.linear`."""

from typing import NamedTuple

from tinyconv import kernels, reference, vectorised
from tinyconv.engine import choose, get_engine, quietly
from tinyconv.shapes import Array, floats, same_dtype, same_shape, upstream
from tinyconv.trace import SILENT, Note


class LinearCache(NamedTuple):
    """What the way back needs."""

    x: Array  # (N, D)
    weight: Array  # (F, D)
    has_bias: bool


@quietly
def linear_forward(
    x: Array, weight: Array, bias: Array | None = None, *, note: Note = SILENT
) -> tuple[Array, LinearCache]:
    """Return x · weightᵀ + bias: one weighted sum of the features per output.

    Args:
        x: features (N, D), float32 or float64.
        weight: (F, D) of the same dtype.
        bias: (F,), or None.
        note: is told ``output``.

    Returns:
        y (N, F), and the cache.

    Raises:
        ShapeError, DTypeError: arrays that don't fit together.

    >>> import numpy as np
    >>> linear_forward(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]), np.array([0.5]))[0]
    array([[11.5]])
    """
    x = floats("linear", "x", x, "ND")
    weight = floats("linear", "weight", weight, "FD")
    bias = None if bias is None else floats("linear", "bias", bias, "F")
    same_dtype("linear", x=x, weight=weight, bias=bias)
    F, D = weight.shape
    same_shape("linear", "x", x, (len(x), D), "one number per column of weight")
    if bias is not None:
        same_shape("linear", "bias", bias, (F,), "one number per row of weight")
    forward = choose(
        loops=reference.linear_forward, numpy=vectorised.linear_forward, numba=kernels.linear_forward
    )
    return note("output", forward(x, weight, bias)), LinearCache(x, weight, bias is not None)


@quietly
def linear_backward(
    dy: Array, cache: LinearCache, *, note: Note = SILENT
) -> tuple[Array, Array, Array | None]:
    """Return the gradients of the loss by x, weight and bias, given `dy`, its gradient by y.

    Args:
        dy: (N, F), of y's dtype.
        cache: what `linear_forward` returned.
        note: is told ``dx``, ``dweight`` and ``dbias``.

    Returns:
        dx (N, D), dweight (F, D), and dbias (F,) or None without a bias.

    Raises:
        ShapeError, DTypeError: dy is not like y.

    >>> import numpy as np
    >>> y, cache = linear_forward(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]))
    >>> linear_backward(np.ones_like(y), cache)
    (array([[3., 4.]]), array([[1., 2.]]), None)
    """
    dy = upstream("linear_backward", dy, (len(cache.x), len(cache.weight)), "NF", x=cache.x)
    backward = choose(
        loops=reference.linear_backward, numpy=vectorised.linear_backward, numba=kernels.linear_backward
    )
    dx, dweight, dbias = backward(dy, cache.x, cache.weight)
    return note("dx", dx), note("dweight", dweight), note("dbias", dbias) if cache.has_bias else None


@quietly
def linear_parameter_gradients(dy: Array, cache: LinearCache) -> tuple[Array, Array | None]:
    """Return what `linear_backward` does, without dx: the first layer of a network is not asked for it.

    Raises:
        ShapeError, DTypeError: dy is not like y.

    >>> import numpy as np
    >>> y, cache = linear_forward(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]))
    >>> linear_parameter_gradients(np.ones_like(y), cache)
    (array([[1., 2.]]), None)
    """
    if get_engine() != "numba":
        return linear_backward(dy, cache)[1:]
    dy = upstream("linear_parameter_gradients", dy, (len(cache.x), len(cache.weight)), "NF", x=cache.x)
    dweight, dbias = kernels.linear_parameter_gradients(dy, cache.x)
    return dweight, dbias if cache.has_bias else None
