"""The same maths as plain Python loops: slow, obvious, and what every faster rung is measured against.

It shares no code with them. Arrays come checked from `tinyconv.functional`; a `note` is told every
intermediate. Letters as in `tinyconv.shapes`.
"""

from tinyconv.reference.average_pooling import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    global_avg_pool2d_backward,
    global_avg_pool2d_forward,
)
from tinyconv.reference.convolution import conv2d_backward, conv2d_forward
from tinyconv.reference.dropout import dropout
from tinyconv.reference.film import film_backward, film_forward
from tinyconv.reference.im2col import col2im, im2col, pad
from tinyconv.reference.linear import linear_backward, linear_forward
from tinyconv.reference.losses import log_softmax
from tinyconv.reference.normalization import batch_norm_backward, batch_norm_forward, channel_statistics
from tinyconv.reference.pooling import max_pool2d_backward, max_pool2d_forward
from tinyconv.reference.relu import relu_backward, relu_forward
from tinyconv.reference.sigmoid import sigmoid_backward, sigmoid_forward
from tinyconv.reference.tanh import tanh_backward, tanh_forward

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
]
