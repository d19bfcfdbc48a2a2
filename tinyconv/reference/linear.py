"""The fully connected layer: one product after the other."""

import numpy as np

from tinyconv.shapes import Array


def linear_forward(x: Array, weight: Array, bias: Array | None) -> Array:
    """Return one weighted sum of the features per output: x is (N, D), weight (F, D), the result (N, F)."""
    y = np.zeros((len(x), len(weight)), x.dtype)
    for n, f in np.ndindex(y.shape):
        for d in range(x.shape[1]):
            y[n, f] += x[n, d] * weight[f, d]
        if bias is not None:
            y[n, f] += bias[f]
    return y


def linear_backward(dy: Array, x: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Send each output's gradient back to the feature and to the weight of each of its products."""
    dx, dweight, dbias = np.zeros_like(x), np.zeros_like(weight), np.zeros(len(weight), x.dtype)
    for n, f in np.ndindex(dy.shape):
        dbias[f] += dy[n, f]
        for d in range(x.shape[1]):
            dx[n, d] += dy[n, f] * weight[f, d]
            dweight[f, d] += dy[n, f] * x[n, d]
    return dx, dweight, dbias
