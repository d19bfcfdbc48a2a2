"""Pure pairs: `y, cache = something_forward(x, …)` and `dx, … = something_backward(dy, cache)`.

A cache is returned, never kept: it holds what the way back needs and nothing more.
"""

from tinyconv.functional.convolution import Conv2dCache, conv2d_backward, conv2d_forward
from tinyconv.functional.film import FiLMCache, film_backward, film_forward
from tinyconv.functional.im2col import col2im, im2col
from tinyconv.functional.linear import LinearCache, linear_backward, linear_forward
from tinyconv.functional.losses import CrossEntropyCache, cross_entropy_backward, cross_entropy_forward
from tinyconv.functional.pooling import MaxPool2dCache, max_pool2d_backward, max_pool2d_forward
from tinyconv.functional.relu import ReLUCache, relu_backward, relu_forward

__all__ = [
    "Conv2dCache",
    "CrossEntropyCache",
    "FiLMCache",
    "LinearCache",
    "MaxPool2dCache",
    "ReLUCache",
    "col2im",
    "conv2d_backward",
    "conv2d_forward",
    "cross_entropy_backward",
    "cross_entropy_forward",
    "film_backward",
    "film_forward",
    "im2col",
    "linear_backward",
    "linear_forward",
    "max_pool2d_backward",
    "max_pool2d_forward",
    "relu_backward",
    "relu_forward",
]
