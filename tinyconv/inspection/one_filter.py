"""One filter of a convolution on one image: what it reads, its kernel, its bias, the map that it makes."""

from typing import Any, NamedTuple

import numpy as np

from tinyconv.inspection.arguments import batch_of_one, checked_filter
from tinyconv.layers import Conv2d
from tinyconv.shapes import Array, DTypeError, ShapeError, same_dtype


class OneFilter(NamedTuple):
    """C' is the number of channels that the filter reads: all C, or those of its group."""

    filter: int
    channels: Array  # (C',) int64
    x: Array  # (1, C', H, W)
    kernel: Array  # (C', KH, KW)
    bias: float  # 0 for a layer without
    output: Array  # (OH, OW): the layer's own map


def one_filter(function: str, layer: Conv2d, x: Any, filter: Any, image: int) -> OneFilter:
    """Return one filter's part in what the layer makes of one image.

    >>> one_filter("patch", Conv2d(4, 2, 3, groups=2), np.zeros((4, 8, 8), np.float32), 1, 0).channels
    array([2, 3])
    """
    x = convolved(function, layer, x, image)
    F, per_group = layer.weight.shape[:2]
    filter = checked_filter(function, filter, F, repr(layer))
    group = filter // (F // layer.groups)
    channels = np.arange(group * per_group, (group + 1) * per_group)
    bias = 0.0 if layer.bias is None else float(layer.bias[filter])
    y, _ = layer(x)  # (1, F, OH, OW)
    return OneFilter(filter, channels, x[:, channels], layer.weight[filter], bias, y[0, filter])


def convolved(function: str, layer: Any, x: Any, image: int) -> Array:
    """Return one image (1, C, H, W), if `layer` is a convolution that takes it."""
    if not isinstance(layer, Conv2d):
        raise DTypeError(f"{function}: layer (={layer!r}) must be a Conv2d")
    x, _ = batch_of_one(function, x, image)
    if x.shape[1] != layer.in_channels:
        raise ShapeError(
            f"{function}: x (shape={x.shape}) must have the C = {layer.in_channels} channels "
            f"that {layer!r} reads"
        )
    same_dtype(function, x=x, weight=layer.weight)
    layer.window.output_size(function, *x.shape[2:])
    return x
