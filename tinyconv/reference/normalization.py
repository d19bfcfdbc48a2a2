"""Batch normalisation: the mean and the spread of a channel, and what hangs on them."""

import math

import numpy as np

from tinyconv.shapes import Array


def channel_statistics(x: Array) -> tuple[Array, Array]:
    """Return the mean and the (biased) variance of each channel of x (N, C, P)."""
    N, C, P = x.shape
    mean, var = np.zeros(C, x.dtype), np.zeros(C, x.dtype)
    for c in range(C):
        average = sum(float(x[n, c, p]) for n, p in np.ndindex(N, P)) / (N * P)
        squares = sum((float(x[n, c, p]) - average) ** 2 for n, p in np.ndindex(N, P))
        mean[c], var[c] = average, squares / (N * P)
    return mean, var


def batch_norm_forward(
    x: Array, mean: Array, var: Array, weight: Array | None, bias: Array | None, eps: float
) -> Array:
    """Take a channel's mean off, divide by its spread, then scale and shift: x is (N, C, P)."""
    y = np.zeros_like(x)
    for n, c, p in np.ndindex(x.shape):
        y[n, c, p] = (x[n, c, p] - mean[c]) / math.sqrt(var[c] + eps)
        if weight is not None:
            y[n, c, p] *= weight[c]
        if bias is not None:
            y[n, c, p] += bias[c]
    return y


def batch_norm_backward(
    dy: Array, x: Array, mean: Array, var: Array, weight: Array | None, eps: float, training: bool
) -> tuple[Array, Array, Array]:
    """Return dx, dweight and dbias; in training every pixel also moved its channel's mean and spread."""
    N, C, P = x.shape
    dx, dweight, dbias = np.zeros_like(x), np.zeros(C, x.dtype), np.zeros(C, x.dtype)
    normalized = batch_norm_forward(x, mean, var, None, None, eps)
    for n, c, p in np.ndindex(x.shape):
        dweight[c] += dy[n, c, p] * normalized[n, c, p]
        dbias[c] += dy[n, c, p]
    for n, c, p in np.ndindex(x.shape):
        dx[n, c, p] = dy[n, c, p]
        if training:
            dx[n, c, p] -= (dbias[c] + normalized[n, c, p] * dweight[c]) / (N * P)
        dx[n, c, p] *= (1 if weight is None else weight[c]) / math.sqrt(var[c] + eps)
    return dx, dweight, dbias
