"""Axis letters and argument checks: every rule that an argument must keep, and the errors that say so.

The letters are the same on every floor::

    N images    C input channels    H, W rows and columns of the input
    F filters   KH, KW kernel       OH, OW rows and columns of the output    G groups

An error names the function, the argument, its value and the rule, before any work starts.
"""

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]
Pair: TypeAlias = tuple[int, int]

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


class ShapeError(ValueError):
    """A value, size or shape that breaks a rule."""


class DTypeError(TypeError):
    """A type, or a dtype, that breaks a rule."""


def integer(function: str, argument: str, value: Any, minimum: int) -> int:
    """Return `value` as an int that is at least `minimum`.

    >>> integer("conv2d", "groups", 2, minimum=1)
    2
    """
    is_int = type(value) is int  # said at once: to ask an abstract class takes as long as a small convolution
    if not is_int and (isinstance(value, bool) or not isinstance(value, Integral)):
        raise DTypeError(f"{function}: {argument} (={value!r}) must be an int, got {type(value).__name__}")
    if value < minimum:
        raise ShapeError(f"{function}: {argument} (={value}) must be at least {minimum}")
    return int(value)


def real(function: str, argument: str, value: Any) -> float:
    """Return a number as a float.

    >>> real("SGD", "lr", 1)
    1.0
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise DTypeError(f"{function}: {argument} (={value!r}) must be a number, got {type(value).__name__}")
    return float(value)


def positive(function: str, argument: str, value: Any) -> float:
    """Return `value` as a finite float above 0.

    >>> positive("batch_norm", "eps", 1e-5)
    1e-05
    """
    number = real(function, argument, value)
    if not 0 < number < math.inf:  # NaN is refused too
        raise ShapeError(f"{function}: {argument} (={value}) must be positive and finite")
    return number


def share(function: str, argument: str, value: Any) -> float:
    """Return `value` as a float from 0 to 1.

    >>> share("dropout", "p", 0.5)
    0.5
    """
    number = real(function, argument, value)
    if not 0 <= number <= 1:
        raise ShapeError(f"{function}: {argument} (={value}) must be from 0 to 1")
    return number


def pair(function: str, argument: str, value: Any, minimum: int) -> Pair:
    """Return an int, or a pair of them, as (rows, columns).

    >>> pair("conv2d", "stride", 2, minimum=1)
    (2, 2)
    """
    if type(value) is int or (type(value) is not tuple and not _are_several(value)):
        both = integer(function, argument, value, minimum)
        return both, both
    if len(value) != 2:
        raise ShapeError(f"{function}: {argument} (={value!r}) must be an int or a pair of ints")
    return integer(function, argument, value[0], minimum), integer(function, argument, value[1], minimum)


def _are_several(value: Any) -> bool:
    return isinstance(value, (Sequence, np.ndarray)) and not isinstance(value, str)


def float_dtype(function: str, dtype: Any) -> np.dtype[Any]:
    """Return the NumPy dtype, if it is float32 or float64.

    >>> float_dtype("Conv2d", "float32")
    dtype('float32')
    """
    if np.dtype(dtype) not in FLOATS:
        raise DTypeError(f"{function}: dtype (={np.dtype(dtype)}) must be float32 or float64")
    return np.dtype(dtype)


def floats(function: str, argument: str, value: Any, axes: Sequence[str] | None = None) -> Array:
    """Return `value` as a float32 or float64 array with one axis per letter of `axes` (None: any shape).

    >>> floats("conv2d", "x", np.zeros((1, 3, 8, 8)), "NCHW").shape
    (1, 3, 8, 8)
    """
    array = np.asarray(value)
    if array.dtype not in FLOATS:
        raise DTypeError(
            f"{function}: {argument} (dtype={array.dtype}) must be float32 or float64: "
            f"use {argument}.astype(np.float32)"
        )
    if axes is not None and array.ndim != len(axes):
        raise ShapeError(
            f"{function}: {argument} (shape={array.shape}) must have {len(axes)} axes ({', '.join(axes)}), "
            f"got {array.ndim}"
        )
    return array


def same_dtype(function: str, **arrays: "Array | np.dtype[Any] | None") -> None:
    """Refuse arrays of different dtypes: a silent conversion would hide a copy and a loss.

    >>> same_dtype("conv2d", x=np.zeros(1), weight=np.zeros(1), bias=None)
    """
    given = {name: array for name, array in arrays.items() if array is not None}
    dtypes = [getattr(array, "dtype", array) for array in given.values()]
    if dtypes.count(dtypes[0]) < len(dtypes):  # a set of dtypes takes three times as long
        listing = ", ".join(f"{name} is {dtype}" for name, dtype in zip(given, dtypes, strict=True))
        raise DTypeError(f"{function}: all arrays must have one dtype, but {listing}")


def same_shape(function: str, argument: str, value: Array, shape: Sequence[int], meaning: str) -> None:
    """Refuse an array whose shape is not `shape`, which `meaning` explains.

    >>> same_shape("conv2d", "bias", np.zeros(4), (4,), "one number per filter")
    """
    if value.shape != tuple(shape):
        raise ShapeError(f"{function}: {argument} (shape={value.shape}) must be {tuple(shape)}, {meaning}")


def upstream(
    function: str,
    dy: Any,
    shape: Sequence[int],
    axes: Sequence[str] | None = None,
    **like: "Array | np.dtype[Any]",
) -> Array:
    """Return `dy`, the gradient by y, if it has y's `shape`, and its dtype: that of `like`, under its name.

    >>> upstream("relu_backward", np.zeros(3), (3,), y=np.zeros(3))
    array([0., 0., 0.])
    """
    dy = floats(function, "dy", dy, axes)
    same_dtype(function, dy=dy, **like)
    same_shape(function, "dy", dy, shape, "the shape of y")
    return dy
