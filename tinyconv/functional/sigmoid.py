"""Sigmoid: `torch.sigmoid`."""

from typing import NamedTuple

from tinyconv import kernels, reference, vectorised
from tinyconv.engine import choose, quietly
from tinyconv.shapes import Array, floats, upstream
from tinyconv.trace import SILENT, Note


class SigmoidCache(NamedTuple):
    """What the way back needs: the output, which the next layer keeps anyway."""

    y: Array


@quietly
def sigmoid_forward(x: Array, *, note: Note = SILENT) -> tuple[Array, SigmoidCache]:
    """Return 1 / (1 + exp(−x)), from 0 to 1; large numbers do no harm, and NaN stays NaN.

    Args:
        x: an array of any shape, float32 or float64.
        note: is told ``output``.

    Raises:
        DTypeError: another dtype.

    >>> import numpy as np
    >>> sigmoid_forward(np.array([-1000.0, 0.0, 1000.0]))[0]
    array([0. , 0.5, 1. ])
    """
    x = floats("sigmoid", "x", x)
    forward = choose(
        loops=reference.sigmoid_forward, numpy=vectorised.sigmoid_forward, numba=vectorised.sigmoid_forward
    )
    y = note("output", forward(x))
    return y, SigmoidCache(y)


@quietly
def sigmoid_backward(dy: Array, cache: SigmoidCache, *, note: Note = SILENT) -> Array:
    """Multiply with the slope, y · (1 − y): 1/4 at most, and 0 where x is large.

    Args:
        dy: the gradient by y, like y.
        cache: what `sigmoid_forward` returned.
        note: is told ``dx``.

    Raises:
        ShapeError, DTypeError: dy is not like y.

    >>> import numpy as np
    >>> y, cache = sigmoid_forward(np.array([0.0, 1000.0]))
    >>> sigmoid_backward(np.array([8.0, 8.0]), cache)
    array([2., 0.])
    """
    dy = upstream("sigmoid_backward", dy, cache.y.shape, y=cache.y)
    backward = choose(
        loops=reference.sigmoid_backward, numpy=vectorised.sigmoid_backward, numba=kernels.sigmoid_backward
    )
    return note("dx", backward(dy, cache.y))
