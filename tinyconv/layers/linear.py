"""The fully connected layer, and the flattening before it."""

import math
from typing import Any

import numpy as np

from tinyconv.functional.linear import (
    LinearCache,
    linear_backward,
    linear_forward,
    linear_parameter_gradients,
)
from tinyconv.layers.base import Gradients, Layer, Run, named, uniform
from tinyconv.shapes import Array, ShapeError, float_dtype, floats, integer
from tinyconv.trace import Note


class Flatten(Layer):
    """Lay all numbers of an image into one row: (N, C, H, W) → (N, C·H·W). Here places end.

    >>> Flatten()(np.zeros((2, 3, 4, 5)))[0].shape
    (2, 60)
    """

    mixes_places = "it lays all cells of an image into one row"

    def _forward(self, x: Array, run: Run) -> tuple[Array, tuple[int, ...]]:
        x = floats("Flatten", "x", x)
        if x.ndim < 2:
            raise ShapeError(f"Flatten: x (shape={x.shape}) must have at least 2 axes, the first of them N")
        return run.note("output", x.reshape(len(x), math.prod(x.shape[1:]))), x.shape

    def _backward(self, dy: Array, cache: tuple[int, ...], note: Note) -> tuple[Array, Gradients]:
        return note("dx", floats("Flatten", "dy", dy, "ND").reshape(cache)), {}

    def output_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return (C·H·W,), as factors where a size is not known."""
        return (math.prod(shape),) if all(isinstance(size, int) for size in shape) else (shape,)


class Linear(Layer):
    """x · weightᵀ + bias, with PyTorch's arguments and default initialisation.

    Args:
        in_features: D, the numbers per image that come in.
        out_features: F, the numbers per image that go out.
        bias: whether a learnt number is added to each output.
        rng: a `numpy.random.Generator` (or a seed) for the initialisation.
        dtype: of the parameters: float32 or float64.

    Raises:
        ShapeError, DTypeError: an argument out of range or of the wrong type.

    >>> Linear(4, 2, rng=np.random.default_rng(0))(np.zeros((1, 4), np.float32))[0].shape
    (1, 2)
    """

    mixes_places = "each of its outputs is a sum over all cells"
    parameter_names = ("weight", "bias")

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        self.in_features = integer("Linear", "in_features", in_features, minimum=1)
        self.out_features = integer("Linear", "out_features", out_features, minimum=1)
        rng, dtype = np.random.default_rng(rng), float_dtype("Linear", dtype)
        self.weight = uniform(rng, (out_features, in_features), in_features, dtype)  # (F, D)
        self.bias = uniform(rng, (out_features,), in_features, dtype) if bias else None  # (F,)

    def _forward(self, x: Array, run: Run) -> tuple[Array, LinearCache]:
        return linear_forward(x, self.weight, self.bias, note=run.note)

    def _backward(self, dy: Array, cache: LinearCache, note: Note) -> tuple[Array, Gradients]:
        dx, dweight, dbias = linear_backward(dy, cache, note=note)
        return dx, named(dweight, dbias)

    def parameter_gradients(self, dy: Array, cache: LinearCache) -> Gradients:
        """Return the gradients alone."""
        return named(*linear_parameter_gradients(dy, cache))

    def output_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return (F,)."""
        return (self.out_features,)

    def multiply_adds(self, output_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return F · D."""
        return (self.weight.size,)
