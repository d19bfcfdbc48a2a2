"""Who may use all cores: one caller at a time, never a forked child.

Numba's `workqueue` layer aborts the process when two Python threads run parallel kernels at once, and its
OpenMP layer kills a forked child in its first one. So a parallel run needs a permit; whoever gets none runs
the same loop on one core, at once, with the same bits.
"""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from numbers import Integral

import numba
from numba.np.ufunc import parallel

MOST = 128  # workers: for so many `turns` has room
LARGEST = min(numba.config.NUMBA_NUM_THREADS, MOST)


class _Pool:
    def __init__(self) -> None:
        self.size = LARGEST
        self.lock = threading.Lock()
        self.forked = False
        self.started = False

    def after_fork(self) -> None:
        self.forked = True


_pool = _Pool()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.after_fork)


def start() -> None:
    """Let Numba start its threads: kernels, compiled or read from disk, call them by a name."""
    if not _pool.started:
        with ThreadPoolExecutor(1) as other:  # in whose thread OpenMP may forget what PyTorch, say, was told
            other.submit(parallel._launch_threads).result()
        _pool.started = True


def set_num_threads(n: int) -> None:
    """Let kernels use `n` threads, in the whole process.

    The results have the same bits for any `n`.

    Raises:
        TypeError: n is not an int.
        ValueError: n is not between 1 and the number of threads that Numba started with, at most 128.

    >>> set_num_threads(1)
    >>> get_num_threads()
    1
    """
    if isinstance(n, bool) or not isinstance(n, Integral):
        raise TypeError(f"set_num_threads: n (={n!r}) must be an int, got {type(n).__name__}")
    if not 1 <= n <= LARGEST:
        raise ValueError(
            f"set_num_threads: n (={n}) must be between 1 and {LARGEST}: "
            f"set NUMBA_NUM_THREADS before the import for more"
        )
    _pool.size = int(n)


def get_num_threads() -> int:
    """Return how many threads kernels may use."""
    return _pool.size


@contextmanager
def permit() -> Iterator[int]:
    """Yield how many workers the caller may have until the block ends: all, or itself alone."""
    if _pool.size == 1 or _pool.forked or not _pool.lock.acquire(blocking=False):
        yield 1
        return
    try:
        yield _pool.size
    finally:
        _pool.lock.release()
