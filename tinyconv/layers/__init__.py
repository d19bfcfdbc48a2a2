"""Layers: parameters, a window, and the contract. One layer may be called twice, also from two threads."""

from tinyconv.layers.average_pooling import AvgPool2d, GlobalAvgPool2d
from tinyconv.layers.base import Gradients, Layer, Run
from tinyconv.layers.concatenation import ConcatMaps, ConcatMetadata
from tinyconv.layers.convolution import Conv2d
from tinyconv.layers.dropout import Dropout
from tinyconv.layers.encoders import Embedding, Encode, Encoder, Numeric, OneHot, Ordinal, Project
from tinyconv.layers.linear import Flatten, Linear
from tinyconv.layers.modulation import FiLM, ScaleBias
from tinyconv.layers.normalization import BatchNorm2d, ConditionalBatchNorm2d
from tinyconv.layers.pooling import MaxPool2d
from tinyconv.layers.relu import ReLU
from tinyconv.layers.residual import Residual
from tinyconv.layers.sigmoid import Sigmoid
from tinyconv.layers.tanh import Tanh

__all__ = [
    "AvgPool2d",
    "BatchNorm2d",
    "ConcatMaps",
    "ConcatMetadata",
    "ConditionalBatchNorm2d",
    "Conv2d",
    "Dropout",
    "Embedding",
    "Encode",
    "Encoder",
    "FiLM",
    "Flatten",
    "GlobalAvgPool2d",
    "Gradients",
    "Layer",
    "Linear",
    "MaxPool2d",
    "Numeric",
    "OneHot",
    "Ordinal",
    "Project",
    "ReLU",
    "Residual",
    "Run",
    "ScaleBias",
    "Sigmoid",
    "Tanh",
]
