"""Dropout: `torch.nn.functional.dropout`, with a mask that the caller has drawn."""

from typing import Any, NamedTuple

import numpy as np

from tinyconv import reference, vectorised
from tinyconv.engine import choose, quietly
from tinyconv.shapes import Array, DTypeError, floats, same_shape, share, upstream
from tinyconv.trace import SILENT, Note


class DropoutCache(NamedTuple):
    """What the way back needs."""

    mask: Array  # like x, bool: what was kept
    scale: float  # 1 / (1 − p)
    dtype: np.dtype[Any]


@quietly
def dropout_forward(
    x: Array, mask: Array, p: float = 0.5, *, note: Note = SILENT
) -> tuple[Array, DropoutCache]:
    """Keep what the mask keeps, put 0 for the rest, and scale by 1 / (1 − p): so the mean stays as it is.

    Args:
        x: an array of any shape, float32 or float64.
        mask: like x, bool: what is kept; each of them was drawn with probability 1 − p.
        p: the probability that a number is dropped, from 0 to 1.
        note: is told ``mask`` and ``output``.

    Returns:
        y like x, and the cache.

    Raises:
        ShapeError: mask has another shape, or p is out of range.
        DTypeError: mask is not bool, or x is not float32 or float64.

    >>> import numpy as np
    >>> dropout_forward(np.array([1.0, 2.0, 3.0]), np.array([True, False, True]), p=0.5)[0]
    array([2., 0., 6.])
    """
    x, p = floats("dropout", "x", x), share("dropout", "p", p)
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise DTypeError(f"dropout: mask (dtype={mask.dtype}) must be bool")
    same_shape("dropout", "mask", mask, x.shape, "the shape of x")
    cache = DropoutCache(note("mask", mask), 0.0 if p == 1 else 1 / (1 - p), x.dtype)
    return note("output", _dropout(x, cache)), cache


@quietly
def dropout_backward(dy: Array, cache: DropoutCache, *, note: Note = SILENT) -> Array:
    """Let the gradient through where the mask kept x, scaled like x.

    Args:
        dy: the gradient by y, like y.
        cache: what `dropout_forward` returned.
        note: is told ``dx``.

    Raises:
        ShapeError, DTypeError: dy is not like y.

    >>> import numpy as np
    >>> y, cache = dropout_forward(np.array([1.0, 2.0]), np.array([True, False]), p=0.5)
    >>> dropout_backward(np.array([1.0, 1.0]), cache)
    array([2., 0.])
    """
    dy = upstream("dropout_backward", dy, cache.mask.shape, x=cache.dtype)
    return note("dx", _dropout(dy, cache))


def _dropout(x: Array, cache: DropoutCache) -> Array:
    dropout = choose(loops=reference.dropout, numpy=vectorised.dropout, numba=vectorised.dropout)
    return dropout(x, cache.mask, cache.scale)
