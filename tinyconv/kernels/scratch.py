"""Room for what lives only inside of one call: kept, because fresh memory costs more than the work in it.

A fresh array is mapped page by page as it is first written, at the price of many multiplications a page. So
each thread keeps its room, one buffer for each purpose, as large as its largest use up to `KEPT`.
"""

import threading
from typing import Any

import numpy as np

from tinyconv.kernels.layout import Array

KEPT = 256 * 1024 * 1024  # bytes: a larger buffer is given back


class _Room(threading.local):
    def __init__(self) -> None:
        self.buffers: dict[str, Array] = {}


_room = _Room()


def scratch(purpose: str, count: int, dtype: Any) -> Array:
    """Return `count` numbers of any value: the same memory at each call for that purpose in this thread.

    >>> scratch("planes", 3, np.float32).shape
    (3,)
    """
    size = count * np.dtype(dtype).itemsize
    buffer = _room.buffers.get(purpose)
    if buffer is None or buffer.size < size:
        buffer = np.empty(size, np.uint8)
        if size <= KEPT:
            _room.buffers[purpose] = buffer
    return buffer[:size].view(dtype)
