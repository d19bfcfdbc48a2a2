"""Room for large results: lent, and taken back when the caller lets go of the last view.

The system hands out fresh memory page by page, as each is first written, at the price of many multiplications
a page; and where two threads write, they wait for each other. But training asks for the same sizes at every
step: so what was given back is lent again.
"""

import math
import sys
from typing import Any

import numpy as np
from numba.extending import register_jitable

from tinyconv.kernels.layout import Array

SMALLEST = 1024 * 1024  # bytes: below, the allocator itself keeps what it gets back
KEPT = 256 * 1024 * 1024  # bytes that wait to be lent again at most
LINE = 64  # bytes that a cache loads at a time: a vector that straddles two of them costs twice

_waiting: dict[int, Array] = {}  # by address; what came back last is last


class _Loan:
    """What an array that was lent is based on: it lives as long as the array and all of its views."""

    def __init__(self, memory: Array) -> None:
        self.memory = memory
        self.__array_interface__ = memory.__array_interface__

    def __del__(self) -> None:
        if not sys.is_finalizing():  # at the end nobody borrows, and half of Python is gone
            _take_back(self.memory)


def empty(shape: tuple[int, ...], dtype: Any) -> Array:
    """Return an array of any values, as `np.empty` does; a large one may be memory that was used before.

    >>> empty((2, 3), np.float32).shape
    (2, 3)
    """
    count = math.prod(shape)
    size = count * np.dtype(dtype).itemsize
    if size < SMALLEST:
        return np.empty(shape, dtype)
    memory = _find(size)
    if memory is None:
        memory = aligned(size)
    return np.asarray(_Loan(memory)).view(dtype).reshape(shape)


def empty_vectors(shape: tuple[int, ...], dtype: Any) -> Array:
    """Return the same, but always where a line of the cache begins: for what is read many times as vectors.

    >>> empty_vectors((2, 3), np.float32).ctypes.data % LINE
    0
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    return empty(shape, dtype) if size >= SMALLEST else aligned(size).view(dtype).reshape(shape)


@register_jitable
def aligned(size: int) -> Array:
    """Return fresh memory, `size` bytes, that begins with a line of the cache; compiled code may ask too.

    >>> aligned(100).ctypes.data % LINE
    0
    """
    memory = np.empty(size + LINE, np.uint8)
    return memory[-memory.ctypes.data % LINE :][:size]


def _find(size: int) -> Array | None:
    """Take what waits and has exactly this size, the last one first: it may still be in the cache."""
    for address, memory in reversed(_waiting.copy().items()):
        if memory.size == size and _waiting.pop(address, None) is not None:  # no other thread was faster
            return memory
    return None


def _take_back(memory: Array) -> None:
    """Let memory wait, and let go of what has waited longest, where that is too much in all."""
    if memory.size > KEPT:
        return
    _waiting[memory.ctypes.data] = memory
    excess = sum(other.size for other in _waiting.copy().values()) - KEPT
    for address, oldest in _waiting.copy().items():
        if excess <= 0:
            return
        if _waiting.pop(address, None) is not None:
            excess -= oldest.size
