"""FiLM, forward and backward, each in one pass over the memory."""

import math

from tinyconv.kernels.jit import helper, kernel
from tinyconv.kernels.layout import Array, plain
from tinyconv.kernels.lending import empty
from tinyconv.kernels.turns import turns


@kernel
def scale_and_shift(worker, workers, x, gamma, beta, y):  # type: ignore[no-untyped-def]
    """Fill y (N·C, H·W) with gamma·x + beta, gamma and beta one per plane; a worker owns a plane."""
    for plane in turns(x.shape[0], worker, workers):
        scale, shift = gamma[plane], beta[plane]
        for i in range(x.shape[1]):
            y[plane, i] = scale * x[plane, i] + shift


@kernel
def scale_back(worker, workers, dy, x, gamma, dx, dgamma, dbeta):  # type: ignore[no-untyped-def]
    """Fill dx (N·C, H·W), dgamma and dbeta (N·C,); a worker owns a plane."""
    for plane in turns(dy.shape[0], worker, workers):
        dgamma[plane], dbeta[plane] = scale_and_sum(dy[plane], x[plane], gamma[plane], dx[plane])


@helper
def scale_and_sum(dy, x, gamma, dx):  # type: ignore[no-untyped-def]
    """Fill dx with gamma·dy; return Σ dy·x and Σ dy.

    Of each sum four parts run side by side, or every addition would wait for the one before.
    """
    a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = dy.dtype.type(0)
    whole = dy.size - dy.size % 4
    for i in range(0, whole, 4):
        d0, d1, d2, d3 = dy[i], dy[i + 1], dy[i + 2], dy[i + 3]
        dx[i], dx[i + 1], dx[i + 2], dx[i + 3] = gamma * d0, gamma * d1, gamma * d2, gamma * d3
        a0, a1, a2, a3 = a0 + d0 * x[i], a1 + d1 * x[i + 1], a2 + d2 * x[i + 2], a3 + d3 * x[i + 3]
        b0, b1, b2, b3 = b0 + d0, b1 + d1, b2 + d2, b3 + d3
    for i in range(whole, dy.size):
        dx[i] = gamma * dy[i]
        a0, b0 = a0 + dy[i] * x[i], b0 + dy[i]
    return (a0 + a1) + (a2 + a3), (b0 + b1) + (b2 + b3)


def film_forward(x: Array, gamma: Array, beta: Array) -> Array:
    """Return gamma·x + beta: x is (N, C, …), gamma and beta (N, C)."""
    planes = _planes(x)  # (N·C, H·W)
    y = empty(x.shape, x.dtype)
    scale_and_shift(planes, plain(gamma).reshape(-1), plain(beta).reshape(-1), y.reshape(planes.shape))
    return y


def film_backward(dy: Array, x: Array, gamma: Array) -> tuple[Array, Array, Array]:
    """Send the gradient back to x, and to each plane's gamma and beta."""
    planes = _planes(dy)  # (N·C, H·W)
    dx, dgamma, dbeta = (empty(shape, x.dtype) for shape in (x.shape, gamma.shape, gamma.shape))
    results = dx.reshape(planes.shape), dgamma.reshape(-1), dbeta.reshape(-1)
    scale_back(planes, _planes(x), plain(gamma).reshape(-1), *results)
    return dx, dgamma, dbeta


def _planes(x: Array) -> Array:
    N, C, *cells = x.shape
    return plain(x).reshape(N * C, math.prod(cells))
