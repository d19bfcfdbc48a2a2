"""tanh: `torch.tanh`."""

from typing import NamedTuple

from tinyconv import kernels, reference, vectorised
from tinyconv.engine import choose, quietly
from tinyconv.shapes import Array, floats, upstream
from tinyconv.trace import SILENT, Note


class TanhCache(NamedTuple):
    """What the way back needs: the output, which the next layer keeps anyway."""

    y: Array


def tanh_forward(x: Array, *, note: Note = SILENT) -> tuple[Array, TanhCache]:
    """Return tanh(x), from −1 to 1; NaN stays NaN.

    Args:
        x: an array of any shape, float32 or float64.
        note: is told ``output``.

    Raises:
        DTypeError: another dtype.

    >>> import numpy as np
    >>> tanh_forward(np.array([-1000.0, 0.0, 1000.0]))[0]
    array([-1.,  0.,  1.])
    """
    x = floats("tanh", "x", x)
    forward = choose(
        loops=reference.tanh_forward, numpy=vectorised.tanh_forward, numba=vectorised.tanh_forward
    )
    y = note("output", forward(x))
    return y, TanhCache(y)


@quietly
def tanh_backward(dy: Array, cache: TanhCache, *, note: Note = SILENT) -> Array:
    """Multiply with the slope, 1 − y²: 1 at most, and 0 where x is large.

    Args:
        dy: the gradient by y, like y.
        cache: what `tanh_forward` returned.
        note: is told ``dx``.

    Raises:
        ShapeError, DTypeError: dy is not like y.

    >>> import numpy as np
    >>> y, cache = tanh_forward(np.array([0.0, 1000.0]))
    >>> tanh_backward(np.array([8.0, 8.0]), cache)
    array([8., 0.])
    """
    dy = upstream("tanh_backward", dy, cache.y.shape, y=cache.y)
    backward = choose(
        loops=reference.tanh_backward, numpy=vectorised.tanh_backward, numba=kernels.tanh_backward
    )
    return note("dx", backward(dy, cache.y))
