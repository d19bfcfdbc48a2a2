"""Batch normalisation: `torch.nn.functional.batch_norm`, and the running statistics as their own step."""

import math
from typing import NamedTuple

import numpy as np

from tinyconv import kernels, reference, vectorised
from tinyconv.engine import choose, quietly
from tinyconv.shapes import Array, ShapeError, floats, positive, same_dtype, same_shape, share, upstream
from tinyconv.trace import SILENT, Note


class BatchNormCache(NamedTuple):
    """What the way back needs; `mean` and `var` are the batch's own in training, else the running ones."""

    x: Array  # (N, C, …)
    mean: Array  # (C,)
    var: Array  # (C,), biased: divided by the number of values
    weight: Array | None  # (C,)
    has_bias: bool
    training: bool
    eps: float


@quietly
def batch_norm_forward(
    x: Array,
    running_mean: Array | None = None,
    running_var: Array | None = None,
    weight: Array | None = None,
    bias: Array | None = None,
    training: bool = False,
    eps: float = 1e-5,
    *,
    note: Note = SILENT,
) -> tuple[Array, BatchNormCache]:
    """Return (x − mean) / √(var + eps) · weight + bias, with one of each per channel.

    Nothing is changed in place: in training, `running_statistics` makes the new running mean and variance.

    Args:
        x: (N, C, H, W), or (N, C) and any axes behind, float32 or float64.
        running_mean: (C,), read where not `training`.
        running_var: (C,), read where not `training`.
        weight: (C,), or None for 1.
        bias: (C,), or None for 0.
        training: whether mean and var are those of x: over all its images and pixels, per channel.
        eps: what keeps a channel of equal values from a division by 0.
        note: is told ``mean``, ``var`` and ``output``.

    Returns:
        y like x, and the cache.

    Raises:
        ShapeError: shapes that don't fit together, no running statistics to read, one value per channel in
            training, or an eps that is not positive.
        DTypeError: dtypes that differ, or are not float32 or float64.

    >>> import numpy as np
    >>> y, cache = batch_norm_forward(np.array([[1.0, 5.0], [3.0, 5.0]]), training=True)
    >>> y.round(3), cache.mean, cache.var
    (array([[-1.,  0.],
           [ 1.,  0.]]), array([2., 5.]), array([1., 0.]))
    """
    x, eps = floats("batch_norm", "x", x), positive("batch_norm", "eps", eps)
    if x.ndim < 2:
        raise ShapeError(f"batch_norm: x (shape={x.shape}) must have at least 2 axes, (N, C, …)")
    per_channel = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    given = {name: floats("batch_norm", name, a, "C") for name, a in per_channel.items() if a is not None}
    same_dtype("batch_norm", x=x, **given)
    for name, array in given.items():
        same_shape("batch_norm", name, array, x.shape[1:2], "one number per channel of x")

    mean, var = _statistics(x, given, training)
    mean, var = note("mean", mean), note("var", var)
    forward = choose(
        loops=reference.batch_norm_forward,
        numpy=vectorised.batch_norm_forward,
        numba=kernels.batch_norm_forward,
    )
    y = forward(_planes(x), mean, var, given.get("weight"), given.get("bias"), eps).reshape(x.shape)
    cache = BatchNormCache(x, mean, var, given.get("weight"), bias is not None, bool(training), eps)
    return note("output", y), cache


def _statistics(x: Array, given: dict[str, Array], training: bool) -> tuple[Array, Array]:
    """Return the mean and the variance of each channel (C,): those of x, or copies of the running ones."""
    if training and x.size:
        if x.size == x.shape[1]:
            raise ShapeError(
                f"batch_norm: x (shape={x.shape}) must hold more than one value per channel in training"
            )
        statistics = choose(
            loops=reference.channel_statistics,
            numpy=vectorised.channel_statistics,
            numba=kernels.channel_statistics,
        )
        return statistics(_planes(x))
    if training:  # of nothing
        return np.zeros(x.shape[1], x.dtype), np.ones(x.shape[1], x.dtype)
    if not {"running_mean", "running_var"} <= given.keys():
        raise ShapeError(
            "batch_norm: running_mean and running_var (=None) must be arrays, unless training is True"
        )
    return given["running_mean"].copy(), given["running_var"].copy()  # later steps move the running ones


def _planes(x: Array) -> Array:
    return x.reshape(*x.shape[:2], math.prod(x.shape[2:]))  # (N, C, P)


@quietly
def running_statistics(
    running_mean: Array, running_var: Array, cache: BatchNormCache, momentum: float
) -> tuple[Array, Array]:
    """Return the running mean and variance, moved towards those of a training batch by `momentum`.

    As in PyTorch the variance that runs is the unbiased one, divided by the number of values less one. A
    batch without a value moves nothing.

    Args:
        running_mean: (C,), of x's dtype; it is not changed.
        running_var: (C,), of x's dtype; it is not changed.
        cache: what `batch_norm_forward` returned in training.
        momentum: the weight of this batch, from 0 to 1.

    Returns:
        The new running mean and variance, (C,) each.

    Raises:
        ShapeError: a shape that is not (C,), a momentum out of range, or a cache of no training.
        DTypeError: dtypes that differ.

    >>> import numpy as np
    >>> y, cache = batch_norm_forward(np.array([[1.0], [3.0]]), training=True)
    >>> running_statistics(np.zeros(1), np.ones(1), cache, momentum=0.5)
    (array([1.]), array([1.5]))
    """
    momentum = share("running_statistics", "momentum", momentum)
    same_dtype("running_statistics", running_mean=running_mean, running_var=running_var, x=cache.x)
    for name, array in (("running_mean", running_mean), ("running_var", running_var)):
        same_shape("running_statistics", name, array, cache.mean.shape, "one number per channel of x")
    if not cache.training:
        raise ShapeError("running_statistics: cache (training=False) must be of a forward pass in training")
    if not cache.x.size:
        return running_mean.copy(), running_var.copy()
    count = cache.x.size // len(cache.mean)  # values per channel
    unbiased = cache.var * (count / (count - 1))
    keep = 1 - momentum
    return keep * running_mean + momentum * cache.mean, keep * running_var + momentum * unbiased


@quietly
def batch_norm_backward(
    dy: Array, cache: BatchNormCache, *, note: Note = SILENT
) -> tuple[Array, Array | None, Array | None]:
    """Return the gradients of the loss by x, weight and bias, given `dy`, its gradient by y.

    In training a pixel also moves its channel's mean and variance, so dx sums to 0 over a channel.

    Args:
        dy: like y.
        cache: what `batch_norm_forward` returned.
        note: is told ``dx``, ``dweight`` and ``dbias``.

    Returns:
        dx like x; dweight (C,) and dbias (C,), each None where there was none.

    Raises:
        ShapeError, DTypeError: dy is not like y.

    >>> import numpy as np
    >>> x, statistics = np.array([[3.0]]), (np.array([1.0]), np.array([4.0]))
    >>> y, cache = batch_norm_forward(x, *statistics, weight=np.array([10.0]), eps=1e-12)
    >>> [gradient.round(6) for gradient in batch_norm_backward(np.ones((1, 1)), cache)[:2]]
    [array([[5.]]), array([1.])]
    """
    dy = upstream("batch_norm_backward", dy, cache.x.shape, x=cache.x)
    x, mean, var, weight, has_bias, training, eps = cache
    backward = choose(
        loops=reference.batch_norm_backward,
        numpy=vectorised.batch_norm_backward,
        numba=kernels.batch_norm_backward,
    )
    dx, dweight, dbias = backward(_planes(dy), _planes(x), mean, var, weight, eps, training)
    return (
        note("dx", dx.reshape(x.shape)),
        None if weight is None else note("dweight", dweight),
        note("dbias", dbias) if has_bias else None,
    )
