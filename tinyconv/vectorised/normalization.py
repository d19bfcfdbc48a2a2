"""Batch normalisation: one number per channel, spread over all its pixels."""

import numpy as np

from tinyconv.shapes import Array


def channel_statistics(x: Array) -> tuple[Array, Array]:
    """Return the mean and the (biased) variance of each channel of x (N, C, P), added up in float64."""
    mean = x.mean(axis=(0, 2), dtype=np.float64)  # (C,)
    var = np.square(x - mean[:, None]).mean(axis=(0, 2))
    return mean.astype(x.dtype), var.astype(x.dtype)


def batch_norm_forward(
    x: Array, mean: Array, var: Array, weight: Array | None, bias: Array | None, eps: float
) -> Array:
    """Take a channel's mean off, divide by its spread, then scale and shift: x is (N, C, P)."""
    y = (x - mean[:, None]) / np.sqrt(var + eps)[:, None]
    if weight is not None:
        y *= weight[:, None]
    if bias is not None:
        y += bias[:, None]
    return y


def batch_norm_backward(
    dy: Array, x: Array, mean: Array, var: Array, weight: Array | None, eps: float, training: bool
) -> tuple[Array, Array, Array]:
    """Return dx, dweight and dbias; in training every pixel also moved its channel's mean and spread."""
    N, _, P = x.shape
    normalized = batch_norm_forward(x, mean, var, None, None, eps)
    dweight, dbias = (dy * normalized).sum(axis=(0, 2)), dy.sum(axis=(0, 2))  # (C,)
    scale = (1 if weight is None else weight) / np.sqrt(var + eps)
    if not training:
        return dy * scale[:, None], dweight, dbias
    through_statistics = (dbias[:, None] + normalized * dweight[:, None]) / (N * P)
    return (dy - through_statistics) * scale[:, None], dweight, dbias
