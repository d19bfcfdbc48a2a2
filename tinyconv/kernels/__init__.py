"""Compiled loops over plain arrays and ints: the fast rung. Nothing here knows anything above this floor."""

from tinyconv.kernels.average_pooling import avg_pool2d_backward, avg_pool2d_forward
from tinyconv.kernels.block import block_backward, block_forward, block_parameter_gradients
from tinyconv.kernels.convolution import conv2d_backward, conv2d_forward, conv2d_parameter_gradients
from tinyconv.kernels.film import film_backward, film_forward
from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.im2col import col2im, im2col
from tinyconv.kernels.linear import linear_backward, linear_forward, linear_parameter_gradients
from tinyconv.kernels.normalization import batch_norm_backward, batch_norm_forward, channel_statistics
from tinyconv.kernels.pooling import max_pool2d_backward, max_pool2d_forward
from tinyconv.kernels.relu import relu_backward, relu_forward
from tinyconv.kernels.sigmoid import sigmoid_backward
from tinyconv.kernels.tanh import tanh_backward
from tinyconv.kernels.threads import get_num_threads, set_num_threads
from tinyconv.kernels.warmup import warmup_steps
from tinyconv.kernels.winners import Upstream

__all__ = [
    "Geometry",
    "Upstream",
    "avg_pool2d_backward",
    "avg_pool2d_forward",
    "batch_norm_backward",
    "batch_norm_forward",
    "block_backward",
    "block_forward",
    "block_parameter_gradients",
    "channel_statistics",
    "col2im",
    "conv2d_backward",
    "conv2d_forward",
    "conv2d_parameter_gradients",
    "film_backward",
    "film_forward",
    "get_num_threads",
    "im2col",
    "linear_backward",
    "linear_forward",
    "linear_parameter_gradients",
    "max_pool2d_backward",
    "max_pool2d_forward",
    "relu_backward",
    "relu_forward",
    "set_num_threads",
    "sigmoid_backward",
    "tanh_backward",
    "warmup_steps",
]
