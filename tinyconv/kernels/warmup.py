"""Compile every kernel now, so that no later call has to wait."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from tinyconv.kernels.average_pooling import avg_pool2d_backward, avg_pool2d_forward
from tinyconv.kernels.block import block_backward, block_forward
from tinyconv.kernels.convolution import conv2d_backward, conv2d_forward
from tinyconv.kernels.film import film_backward, film_forward
from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.host import HOST
from tinyconv.kernels.im2col import col2im, im2col
from tinyconv.kernels.jit import silence
from tinyconv.kernels.layout import Array
from tinyconv.kernels.linear import product
from tinyconv.kernels.normalization import batch_norm_backward, batch_norm_forward, channel_statistics
from tinyconv.kernels.pooling import max_pool2d_backward, max_pool2d_forward
from tinyconv.kernels.relu import relu_backward, relu_forward
from tinyconv.kernels.sigmoid import sigmoid_backward
from tinyconv.kernels.sparse_image import PRODUCTS
from tinyconv.kernels.tanh import tanh_backward
from tinyconv.kernels.winners import Upstream


class Step(NamedTuple):
    """One operation to compile, or to load from the cache."""

    name: str
    run: Callable[[], None]


def warmup_steps(dtypes: tuple[Any, ...] = (np.float32, np.float64)) -> list[Step]:
    """Return what compiles every kernel, step by step; whoever runs the steps shows the progress.

    >>> [step.name for step in warmup_steps(dtypes=(np.float32,))][:2]
    ['convolution, float32', 'linear, float32']
    """
    operations: dict[str, Callable[[Array], None]] = {
        "convolution": _convolve,
        "linear": _multiply,
        "ReLU": _rectify,
        "max-pool": _pool,
        "FiLM": _modulate,
        "average-pool": _average,
        "sigmoid and tanh": _squash,
        "batch normalisation": _normalize,
        "im2col": _look,
    }
    return [
        Step(f"{name}, {np.dtype(dtype)}", partial(_compile, operation, np.dtype(dtype)))
        for dtype in dtypes
        for name, operation in operations.items()
    ]


def _compile(operation: Callable[[Array], None], dtype: np.dtype[Any]) -> None:
    with silence():
        operation(np.ones((1, 1, 2, 2), dtype))


def _convolve(x: Array) -> None:
    stride, padding, dilation, groups = (1, 1), ((0, 0), (0, 0)), (1, 1), 1
    y = conv2d_forward(x, x, None, stride, padding, dilation, groups, (1, 1), _Silent())
    conv2d_backward(y, x, x, stride, padding, dilation, groups, _Silent())
    one = (1, 1)
    for filters, channels in ((1, 1), (PRODUCTS, HOST.lanes(x.itemsize))):  # few and many: two ways back
        images = np.repeat(x, channels, axis=1)
        weight = np.repeat(images, filters, axis=0)
        geometry = Geometry.of(images, weight, stride, padding, dilation, groups, one)
        y, winners = block_forward(images, weight, None, geometry, one, one, one)
        upstream = Upstream(y, y, winners, one, one, one)
        block_backward(upstream, images, weight, geometry)
        upstream.dense(slice(None))  # the way back of what is not finite


def _multiply(x: Array) -> None:
    product(x[0, 0], x[0, 0])


def _rectify(x: Array) -> None:
    relu_backward(x, relu_forward(x))


def _pool(x: Array) -> None:
    y, indices = max_pool2d_forward(x, (2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1), (1, 1))
    max_pool2d_backward(y, indices, (2, 2))


def _modulate(x: Array) -> None:
    gamma = x[:, :, 0, 0]
    film_backward(film_forward(x, gamma, gamma), x, gamma)


def _average(x: Array) -> None:
    y = avg_pool2d_forward(x, (2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1), True)
    avg_pool2d_backward(y, (2, 2), (2, 2), (2, 2), ((0, 0), (0, 0)), True)


def _squash(x: Array) -> None:
    sigmoid_backward(x, x)
    tanh_backward(x, x)


def _normalize(x: Array) -> None:
    planes = x.reshape(1, 1, 4)
    mean, var = channel_statistics(planes)
    y = batch_norm_forward(planes, mean, var, None, None, 1e-5)
    batch_norm_backward(y, planes, mean, var, None, 1e-5, training=True)


def _look(x: Array) -> None:
    columns = im2col(x, (2, 2), (1, 1), ((0, 0), (0, 0)), (1, 1), (1, 1))
    col2im(columns, (2, 2), (1, 1), ((0, 0), (0, 0)), (1, 1))


class _Silent:
    keeps = False

    def __call__(self, name: str, array: Array) -> Array:
        return array
