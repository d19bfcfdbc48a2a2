"""The same maths in NumPy: im2col turns a convolution into one matrix product. No loop runs over pixels.

This is the rung between the plain loops and the compiled kernels: what a good course hands out. Arrays come
checked from `tinyconv.functional`; a `note` is told every intermediate.
"""

from tinyconv.vectorised.average_pooling import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    global_avg_pool2d_backward,
    global_avg_pool2d_forward,
)
from tinyconv.vectorised.convolution import conv2d_backward, conv2d_forward
from tinyconv.vectorised.dropout import dropout
from tinyconv.vectorised.film import film_backward, film_forward
from tinyconv.vectorised.im2col import col2im, im2col, pad, windows
from tinyconv.vectorised.linear import linear_backward, linear_forward
from tinyconv.vectorised.losses import log_softmax
from tinyconv.vectorised.normalization import batch_norm_backward, batch_norm_forward, channel_statistics
from tinyconv.vectorised.pooling import max_pool2d_backward, max_pool2d_forward
from tinyconv.vectorised.relu import relu_backward, relu_forward
from tinyconv.vectorised.sigmoid import sigmoid_backward, sigmoid_forward
from tinyconv.vectorised.tanh import tanh_backward, tanh_forward

__all__ = [
    "avg_pool2d_backward",
    "avg_pool2d_forward",
    "batch_norm_backward",
    "batch_norm_forward",
    "channel_statistics",
    "col2im",
    "conv2d_backward",
    "conv2d_forward",
    "dropout",
    "film_backward",
    "film_forward",
    "global_avg_pool2d_backward",
    "global_avg_pool2d_forward",
    "im2col",
    "linear_backward",
    "linear_forward",
    "log_softmax",
    "max_pool2d_backward",
    "max_pool2d_forward",
    "pad",
    "relu_backward",
    "relu_forward",
    "sigmoid_backward",
    "sigmoid_forward",
    "tanh_backward",
    "tanh_forward",
    "windows",
]
