"""Layers: parameters, a window, and the contract. One layer may be called twice, also from two threads."""

from tinyconv.layers.base import Gradients, Layer, Run
from tinyconv.layers.convolution import Conv2d
from tinyconv.layers.linear import Flatten, Linear
from tinyconv.layers.pooling import MaxPool2d
from tinyconv.layers.relu import ReLU

__all__ = ["Conv2d", "Flatten", "Gradients", "Layer", "Linear", "MaxPool2d", "ReLU", "Run"]
