"""Batch normalisation: a worker owns a channel while it adds up, and a plane while it writes.

A sum over a channel is kept as many running sums side by side, in float64, that are added up last: so its
order is fixed, and the loops over neighbours fill whole registers.
"""

import numpy as np

from tinyconv.kernels.jit import helper, kernel
from tinyconv.kernels.layout import Array, plain
from tinyconv.kernels.lending import empty
from tinyconv.kernels.turns import turns

SUMS = 256  # running sums side by side: 2 KiB, which stay in the first-level cache


@helper
def add_line(sums, line):  # type: ignore[no-untyped-def]
    """Add a line of numbers onto the running sums, piece by piece."""
    for start in range(0, line.size, sums.size):
        piece = line[start : start + sums.size]
        for i in range(piece.size):
            sums[i] += piece[i]


@helper
def add_products(sums, a, mean_a, b, mean_b):  # type: ignore[no-untyped-def]
    """Add (a − mean_a) · (b − mean_b) of two lines onto the running sums, piece by piece."""
    for start in range(0, a.size, sums.size):
        left, right = a[start : start + sums.size], b[start : start + sums.size]
        for i in range(left.size):
            sums[i] += (left[i] - mean_a) * (right[i] - mean_b)


@helper
def total(sums):  # type: ignore[no-untyped-def]
    """Return the running sums added up, and set them to 0."""
    result = 0.0
    for i in range(sums.size):
        result += sums[i]
        sums[i] = 0
    return result


@kernel
def fill_statistics(worker, workers, x, mean, var):  # type: ignore[no-untyped-def]
    """Fill mean and var (C,) from x (N, C, P); the second look at a channel finds it in the cache."""
    N, C, P = x.shape
    for c in turns(C, worker, workers):
        sums = np.zeros(max(1, min(P, SUMS)))
        for n in range(N):
            add_line(sums, x[n, c])
        average = total(sums) / (N * P)
        for n in range(N):
            add_products(sums, x[n, c], average, x[n, c], average)
        mean[c], var[c] = average, total(sums) / (N * P)


@kernel
def fill_sums(worker, workers, dy, x, mean, dy_sum, product_sum):  # type: ignore[no-untyped-def]
    """Fill (C,) sums over each channel (N, C, P): of dy, and of dy · (x − mean)."""
    N, C, P = x.shape
    for c in turns(C, worker, workers):
        sums = np.zeros(max(1, min(P, SUMS)))
        for n in range(N):
            add_line(sums, dy[n, c])
        dy_sum[c] = total(sums)
        for n in range(N):
            add_products(sums, dy[n, c], 0.0, x[n, c], mean[c])
        product_sum[c] = total(sums)


@kernel
def fill_scaled(worker, workers, x, mean, scale, shift, y):  # type: ignore[no-untyped-def]
    """Fill y (N, C, P) with (x − mean) · scale + shift, where each channel has its own three numbers."""
    N, C, P = x.shape
    for plane in turns(N * C, worker, workers):
        n, c = plane // C, plane % C
        source, target = x[n, c], y[n, c]
        for p in range(P):
            target[p] = (source[p] - mean[c]) * scale[c] + shift[c]


@kernel
def fill_gradient(worker, workers, dy, x, mean, scale, slope, shift, dx):  # type: ignore[no-untyped-def]
    """Fill dx (N, C, P) with (dy − shift − (x − mean) · slope) · scale."""
    N, C, P = x.shape
    for plane in turns(N * C, worker, workers):
        n, c = plane // C, plane % C
        above, seen, below = dy[n, c], x[n, c], dx[n, c]
        for p in range(P):
            below[p] = (above[p] - shift[c] - (seen[p] - mean[c]) * slope[c]) * scale[c]


def channel_statistics(x: Array) -> tuple[Array, Array]:
    """Return the mean and the (biased) variance of each channel of x (N, C, P)."""
    mean, var = np.empty(x.shape[1], x.dtype), np.empty(x.shape[1], x.dtype)
    fill_statistics(plain(x), mean, var)
    return mean, var


def batch_norm_forward(
    x: Array, mean: Array, var: Array, weight: Array | None, bias: Array | None, eps: float
) -> Array:
    """Take a channel's mean off, divide by its spread, then scale and shift: x is (N, C, P)."""
    y = empty(x.shape, x.dtype)
    shift = np.zeros_like(mean) if bias is None else plain(bias)
    fill_scaled(plain(x), plain(mean), _scale(var, weight, eps), shift, y)
    return y


def batch_norm_backward(
    dy: Array, x: Array, mean: Array, var: Array, weight: Array | None, eps: float, training: bool
) -> tuple[Array, Array, Array]:
    """Return dx, dweight and dbias; in training every pixel also moved its channel's mean and spread."""
    (N, C, P), dtype = x.shape, x.dtype
    dy, x, mean = plain(dy), plain(x), plain(mean)
    dbias, products, dx = np.empty(C), np.empty(C), empty(x.shape, dtype)
    fill_sums(dy, x, mean, dbias, products)
    scale, dweight = _scale(var, weight, eps), products / np.sqrt(var + eps)
    if training:
        slope, shift = dweight / np.sqrt(var + eps) / (N * P), dbias / (N * P)
        fill_gradient(dy, x, mean, scale, slope.astype(dtype), shift.astype(dtype), dx)
    else:
        nothing = np.zeros_like(mean)
        fill_scaled(dy, nothing, scale, nothing, dx)
    return dx, dweight.astype(dtype), dbias.astype(dtype)


def _scale(var: Array, weight: Array | None, eps: float) -> Array:
    scale = 1 / np.sqrt(var + eps)
    return scale if weight is None else scale * weight
