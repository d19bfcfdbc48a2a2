"""Room for what lives only inside of one call: kept, because fresh memory costs more than the work in it.

A fresh array is mapped page by page as it is first written, at the price of many multiplications a page. So
each thread keeps its room, one buffer for each purpose, as large as its largest use up to `KEPT`.
"""

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np

from tinyconv.kernels.layout import Array
from tinyconv.kernels.lending import aligned

KEPT = 256 * 1024 * 1024  # bytes: a larger buffer is given back
PART = 8 * 1024 * 1024  # bytes of a batch that are laid out at a time: they stay in the last-level cache


class _Room(threading.local):
    def __init__(self) -> None:
        self.buffers: dict[str, Array] = {}


_room = _Room()


def scratch(purpose: str, count: int, dtype: Any, zeros: int = 0) -> Array:
    """Return `count` numbers of any value, and so many zeros behind them, for a vector that overruns.

    It is the same memory at each call for that purpose in this thread.

    >>> scratch("planes", 3, np.float32, zeros=2)[3:]
    array([0., 0.], dtype=float32)
    """
    size = (count + zeros) * np.dtype(dtype).itemsize
    buffer = _room.buffers.get(purpose)
    if buffer is None or buffer.size < size:
        buffer = aligned(size)
        if size <= KEPT:
            _room.buffers[purpose] = buffer
    numbers = buffer[:size].view(dtype)
    if zeros:
        numbers[count:] = 0
    return numbers


def parts(N: int, image_bytes: int) -> Iterator[slice]:
    """Yield slices of a batch of N, as many images at a time as `PART` holds of `image_bytes`, at least one.

    >>> list(parts(5, PART // 2))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 6, None)]
    """
    count = max(1, PART // max(1, image_bytes))
    return (slice(first, first + count) for first in range(0, N, count))
