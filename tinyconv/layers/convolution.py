"""The convolution layer."""

from typing import Any

import numpy as np

from tinyconv.functional.convolution import (
    Conv2dCache,
    conv2d_backward,
    conv2d_forward,
    conv2d_parameter_gradients,
)
from tinyconv.geometry import Window
from tinyconv.layers.base import Gradients, Layer, Run, named, uniform
from tinyconv.shapes import Array, ShapeError, float_dtype, integer, pair
from tinyconv.trace import Note


class Conv2d(Layer):
    """Two-dimensional convolution with PyTorch's arguments, semantics and default initialisation.

    Args:
        in_channels: C, the channels of x.
        out_channels: F, the number of filters.
        kernel_size: an int or (rows, columns).
        stride: an int or a pair, in pixels.
        padding: an int, a pair, ``"same"``, ``"valid"`` or ``((top, bottom), (left, right))``.
        dilation: an int or a pair: the distance between two taps of the kernel.
        groups: into how many independent groups the channels are split.
        bias: whether a learnt number is added to each output map.
        rng: a `numpy.random.Generator` (or a seed) for the initialisation.
        dtype: of the parameters: float32 or float64.

    Raises:
        ShapeError, DTypeError: an argument out of range or of the wrong type.

    >>> layer = Conv2d(3, 8, kernel_size=3, padding=1, rng=np.random.default_rng(0))
    >>> layer
    Conv2d(3, 8, 3, padding=1)
    >>> y, metadata = layer(np.zeros((1, 3, 8, 8), np.float32), {"bbox": [2, 2, 6, 6], "class": "cat"})
    >>> y.shape, metadata["class"]
    ((1, 8, 8, 8), 'cat')
    """

    parameter_names = ("weight", "bias")

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        self.in_channels = integer("Conv2d", "in_channels", in_channels, minimum=1)
        self.out_channels = integer("Conv2d", "out_channels", out_channels, minimum=1)
        self.groups = integer("Conv2d", "groups", groups, minimum=1)
        for argument, count in (("in_channels", in_channels), ("out_channels", out_channels)):
            if count % groups:
                raise ShapeError(f"Conv2d: groups (={groups}) must divide {argument} (={count})")
        self.window: Window = Window.of("Conv2d", kernel_size, stride, padding, dilation)
        self.kernel_size, self.stride, self.padding, self.dilation = kernel_size, stride, padding, dilation

        KH, KW = pair("Conv2d", "kernel_size", kernel_size, minimum=1)
        shape = out_channels, in_channels // groups, KH, KW
        fan_in = in_channels // groups * KH * KW
        rng, dtype = np.random.default_rng(rng), float_dtype("Conv2d", dtype)
        self.weight = uniform(rng, shape, fan_in, dtype)  # (F, C/G, KH, KW)
        self.bias = uniform(rng, (out_channels,), fan_in, dtype) if bias else None  # (F,)

    def _forward(self, x: Array, run: Run) -> tuple[Array, Conv2dCache]:
        return conv2d_forward(
            x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups, note=run.note
        )

    def _backward(self, dy: Array, cache: Conv2dCache, note: Note) -> tuple[Array, Gradients]:
        dx, dweight, dbias = conv2d_backward(dy, cache, note=note)
        return dx, named(dweight, dbias)

    def parameter_gradients(self, dy: Array, cache: Conv2dCache) -> Gradients:
        """Return the gradients alone."""
        return named(*conv2d_parameter_gradients(dy, cache))

    def output_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return (F, OH, OW) for (C, H, W)."""
        _, H, W = shape
        return self.out_channels, *self.window.places(H, W)

    def multiply_adds(self, output_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the factors F · C/G·KH·KW · OH · OW."""
        return self.weight.size, *output_shape[1:]
