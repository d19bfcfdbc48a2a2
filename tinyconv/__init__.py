"""tinyconv: a from-scratch convolution engine that carries boxes, masks and labels through every layer.

>>> import numpy as np
>>> from tinyconv import Conv2d, MaxPool2d, ReLU, Sequential
>>> network = Sequential(Conv2d(3, 8, 3, padding=1), ReLU(), MaxPool2d(2))
>>> image = np.zeros((1, 3, 32, 32), np.float32)
>>> y, metadata = network(image, {"bbox": [10, 10, 20, 20], "class": "cat"})
>>> metadata["bbox"].xyxy, metadata["class"]
(array([[ 5.,  5., 10., 10.]]), 'cat')
"""

from tinyconv import data, functional, inspection, models
from tinyconv.engine import get_engine, set_engine
from tinyconv.kernels import get_num_threads, set_num_threads
from tinyconv.layers import (
    AvgPool2d,
    BatchNorm2d,
    ConcatMaps,
    ConcatMetadata,
    ConditionalBatchNorm2d,
    Conv2d,
    Dropout,
    Embedding,
    Encode,
    Encoder,
    FiLM,
    Flatten,
    GlobalAvgPool2d,
    Layer,
    Linear,
    MaxPool2d,
    Numeric,
    OneHot,
    Ordinal,
    Project,
    ReLU,
    Residual,
    ScaleBias,
    Sigmoid,
    Tanh,
)
from tinyconv.metadata import Boxes, Mask, Metadata, MetadataBatch, Points
from tinyconv.network import Sequential, Trace, trace
from tinyconv.page import explain
from tinyconv.shapes import DTypeError, ShapeError
from tinyconv.training import SGD, Adam, History, evaluate, fit, load_weights, save

__version__ = "0.1.0"

__all__ = [
    "SGD",
    "Adam",
    "AvgPool2d",
    "BatchNorm2d",
    "Boxes",
    "ConcatMaps",
    "ConcatMetadata",
    "ConditionalBatchNorm2d",
    "Conv2d",
    "DTypeError",
    "Dropout",
    "Embedding",
    "Encode",
    "Encoder",
    "FiLM",
    "Flatten",
    "GlobalAvgPool2d",
    "History",
    "Layer",
    "Linear",
    "Mask",
    "MaxPool2d",
    "Metadata",
    "MetadataBatch",
    "Numeric",
    "OneHot",
    "Ordinal",
    "Points",
    "Project",
    "ReLU",
    "Residual",
    "ScaleBias",
    "Sequential",
    "ShapeError",
    "Sigmoid",
    "Tanh",
    "Trace",
    "data",
    "evaluate",
    "explain",
    "fit",
    "functional",
    "get_engine",
    "get_num_threads",
    "inspection",
    "load_weights",
    "models",
    "save",
    "set_engine",
    "set_num_threads",
    "trace",
]
