"""Layers: parameters, a window, and the contract. One layer may be called twice, also from two threads."""

from tinyconv.layers.base import Gradients, Layer, Run
from tinyconv.layers.concatenation import ConcatMaps, ConcatMetadata
from tinyconv.layers.convolution import Conv2d
from tinyconv.layers.encoders import Embedding, Encode, Encoder, Numeric, OneHot, Ordinal, Project
from tinyconv.layers.linear import Flatten, Linear
from tinyconv.layers.modulation import FiLM, ScaleBias
from tinyconv.layers.pooling import MaxPool2d
from tinyconv.layers.relu import ReLU
from tinyconv.layers.residual import Residual

__all__ = [
    "ConcatMaps",
    "ConcatMetadata",
    "Conv2d",
    "Embedding",
    "Encode",
    "Encoder",
    "FiLM",
    "Flatten",
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
]
