"""Pure pairs: `y, cache = something_forward(x, …)` and `dx, … = something_backward(dy, cache)`.

A cache is returned, never kept: it holds what the way back needs and nothing more.
"""

from tinyconv.functional.average_pooling import (
    AvgPool2dCache,
    GlobalAvgPool2dCache,
    avg_pool2d_backward,
    avg_pool2d_forward,
    global_avg_pool2d_backward,
    global_avg_pool2d_forward,
)
from tinyconv.functional.convolution import (
    Conv2dCache,
    conv2d_backward,
    conv2d_forward,
    conv2d_parameter_gradients,
)
from tinyconv.functional.dropout import DropoutCache, dropout_backward, dropout_forward
from tinyconv.functional.film import FiLMCache, film_backward, film_forward
from tinyconv.functional.im2col import col2im, im2col
from tinyconv.functional.linear import (
    LinearCache,
    linear_backward,
    linear_forward,
    linear_parameter_gradients,
)
from tinyconv.functional.losses import CrossEntropyCache, cross_entropy_backward, cross_entropy_forward
from tinyconv.functional.normalization import (
    BatchNormCache,
    batch_norm_backward,
    batch_norm_forward,
    running_statistics,
)
from tinyconv.functional.pooling import MaxPool2dCache, max_pool2d_backward, max_pool2d_forward
from tinyconv.functional.relu import ReLUCache, relu_backward, relu_forward
from tinyconv.functional.sigmoid import SigmoidCache, sigmoid_backward, sigmoid_forward
from tinyconv.functional.tanh import TanhCache, tanh_backward, tanh_forward

__all__ = [
    "AvgPool2dCache",
    "BatchNormCache",
    "Conv2dCache",
    "CrossEntropyCache",
    "DropoutCache",
    "FiLMCache",
    "GlobalAvgPool2dCache",
    "LinearCache",
    "MaxPool2dCache",
    "ReLUCache",
    "SigmoidCache",
    "TanhCache",
    "avg_pool2d_backward",
    "avg_pool2d_forward",
    "batch_norm_backward",
    "batch_norm_forward",
    "col2im",
    "conv2d_backward",
    "conv2d_forward",
    "conv2d_parameter_gradients",
    "cross_entropy_backward",
    "cross_entropy_forward",
    "dropout_backward",
    "dropout_forward",
    "film_backward",
    "film_forward",
    "global_avg_pool2d_backward",
    "global_avg_pool2d_forward",
    "im2col",
    "linear_backward",
    "linear_forward",
    "linear_parameter_gradients",
    "max_pool2d_backward",
    "max_pool2d_forward",
    "relu_backward",
    "relu_forward",
    "running_statistics",
    "sigmoid_backward",
    "sigmoid_forward",
    "tanh_backward",
    "tanh_forward",
]
