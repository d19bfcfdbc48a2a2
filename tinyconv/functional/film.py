"""FiLM, feature-wise linear modulation (Perez et al., 2018): a factor and an offset per image and channel."""

from typing import NamedTuple

from tinyconv import kernels, reference, vectorised
from tinyconv.engine import choose, quietly
from tinyconv.shapes import Array, ShapeError, floats, same_dtype, same_shape, upstream
from tinyconv.trace import SILENT, Note


class FiLMCache(NamedTuple):
    """What the way back needs."""

    x: Array  # (N, C, …)
    gamma: Array  # (N, C)


@quietly
def film_forward(x: Array, gamma: Array, beta: Array, *, note: Note = SILENT) -> tuple[Array, FiLMCache]:
    """Return gamma·x + beta, with a gamma and a beta of its own for each channel of each image.

    Args:
        x: maps (N, C, H, W) or features (N, C), float32 or float64, in any memory layout.
        gamma: (N, C) of the same dtype: the factors.
        beta: (N, C) of the same dtype: the offsets.
        note: is told ``output``.

    Returns:
        y like x, and the cache.

    Raises:
        ShapeError, DTypeError: arrays that don't fit together.

    >>> import numpy as np
    >>> x = np.array([[[[1.0, 2.0]]], [[[1.0, 2.0]]]])  # two images of one channel
    >>> film_forward(x, np.array([[1.0], [10.0]]), np.array([[0.5], [0.0]]))[0].reshape(2, 2)
    array([[ 1.5,  2.5],
           [10. , 20. ]])
    """
    x = floats("film", "x", x)
    if x.ndim < 2:
        raise ShapeError(f"film: x (shape={x.shape}) must have at least 2 axes, the first of them N and C")
    gamma, beta = floats("film", "gamma", gamma, "NC"), floats("film", "beta", beta, "NC")
    same_dtype("film", x=x, gamma=gamma, beta=beta)
    for name, numbers in (("gamma", gamma), ("beta", beta)):
        same_shape("film", name, numbers, x.shape[:2], "one number per channel of each image")
    forward = choose(loops=reference.film_forward, numpy=vectorised.film_forward, numba=kernels.film_forward)
    return note("output", forward(x, gamma, beta)), FiLMCache(x, gamma)


@quietly
def film_backward(dy: Array, cache: FiLMCache, *, note: Note = SILENT) -> tuple[Array, Array, Array]:
    """Return the gradients of the loss by x, gamma and beta, given `dy`, its gradient by y.

    Args:
        dy: like y.
        cache: what `film_forward` returned.
        note: is told ``dx``, ``dgamma`` and ``dbeta``.

    Returns:
        dx like x, dgamma (N, C) and dbeta (N, C): sums over each map.

    Raises:
        ShapeError, DTypeError: dy is not like y.

    >>> import numpy as np
    >>> y, cache = film_forward(np.array([[[[1.0, 2.0]]]]), np.array([[10.0]]), np.array([[0.0]]))
    >>> film_backward(np.ones_like(y), cache)
    (array([[[[10., 10.]]]]), array([[3.]]), array([[2.]]))
    """
    dy = upstream("film_backward", dy, cache.x.shape, y=cache.x)
    backward = choose(
        loops=reference.film_backward, numpy=vectorised.film_backward, numba=kernels.film_backward
    )
    dx, dgamma, dbeta = backward(dy, cache.x, cache.gamma)
    return note("dx", dx), note("dgamma", dgamma), note("dbeta", dbeta)
