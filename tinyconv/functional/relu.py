"""ReLU: `torch.nn.functional.relu`."""

from typing import NamedTuple

from tinyconv import kernels, reference, vectorised
from tinyconv.engine import choose
from tinyconv.shapes import Array, floats, upstream
from tinyconv.trace import SILENT, Note


class ReLUCache(NamedTuple):
    """What the way back needs: the output, which the next layer keeps anyway."""

    y: Array


def relu_forward(x: Array, *, note: Note = SILENT) -> tuple[Array, ReLUCache]:
    """Keep what is positive, put 0 for the rest; NaN stays NaN.

    Args:
        x: an array of any shape, float32 or float64.
        note: is told ``output``.

    Raises:
        DTypeError: another dtype.

    >>> import numpy as np
    >>> relu_forward(np.array([-1.0, 0.0, 2.0]))[0]
    array([0., 0., 2.])
    """
    x = floats("relu", "x", x)
    forward = choose(loops=reference.relu_forward, numpy=vectorised.relu_forward, numba=kernels.relu_forward)
    y = note("output", forward(x))
    return y, ReLUCache(y)


def relu_backward(dy: Array, cache: ReLUCache, *, note: Note = SILENT) -> Array:
    """Let the gradient through where x was positive or NaN; at exactly 0 it is 0.

    Args:
        dy: the gradient by y, like y.
        cache: what `relu_forward` returned.
        note: is told ``dx``.

    Raises:
        ShapeError, DTypeError: dy is not like y.

    >>> import numpy as np
    >>> y, cache = relu_forward(np.array([-1.0, 0.0, 2.0]))
    >>> relu_backward(np.array([5.0, 5.0, 5.0]), cache)
    array([0., 0., 5.])
    """
    dy = upstream("relu_backward", dy, cache.y.shape, y=cache.y)
    backward = choose(
        loops=reference.relu_backward, numpy=vectorised.relu_backward, numba=kernels.relu_backward
    )
    return note("dx", backward(dy, cache.y))
