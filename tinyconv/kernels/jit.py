"""The one decorator that owns compile policy: how a kernel is compiled, and when it runs in parallel."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numba
import numpy as np
from numba.core import event

from tinyconv.kernels import cache, threads
from tinyconv.kernels.share import ALL

# Below this many array elements the work is done before a second thread has woken up.
SMALL = 1 << 15


def kernel(function: Callable[..., None]) -> "Kernel":
    """Make a kernel of a loop over arrays and ints that fills its outputs.

    Its first arguments are `worker` and `workers`, with which it asks `turns`, or `share`, for its part of
    the loop; who calls it says neither.
    """
    return Kernel(function)


def helper(function: Callable[..., None]) -> Any:
    """Compile what several kernels call: it becomes part of each of them. LLVM decides where it is a call."""
    return numba.njit(nogil=True, error_model="numpy")(function)


def inlined(function: Callable[..., None]) -> Any:
    """Compile the same where it must never be a call: it is done in the time that its many arguments take."""
    return numba.njit(nogil=True, error_model="numpy", forceinline=True)(function)


class Kernel:
    """One loop, compiled on first use: it runs on one core, or its turns are shared out between all.

    Both give the same bits: a worker owns what it writes, and sums have a fixed order.
    """

    def __init__(self, function: Callable[..., None]) -> None:
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.__wrapped__ = function
        self.compiled = _compile(function)

    def __call__(self, *arguments: Any) -> None:
        """Run the loop: on all cores where the arrays are large enough and the cores are free."""
        threads.start()
        if not (_are_large(arguments) if _forced is None else _forced):
            return self.compiled(0, 1, *arguments)
        with threads.permit() as workers:
            return self.compiled(0 if workers == 1 else ALL, workers, *arguments)


def _are_large(arguments: tuple[Any, ...]) -> bool:
    size = 0
    for argument in arguments:  # a loop: `sum` over a generator takes twice the time
        if type(argument) is np.ndarray:
            size += argument.size
    return size >= SMALL


_forced: bool | None = None


@contextmanager
def force(*, parallel: bool) -> Iterator[None]:
    """Run every kernel of any size on all cores, or none: for tests, in one thread."""
    global _forced
    _forced = parallel
    try:
        yield
    finally:
        _forced = None


def _compile(function: Callable[..., None]) -> Any:
    """Compile lazily, and keep the machine code.

    No fastmath: its "no NaNs" would break ReLU and max-pool. nogil: other Python threads go on meanwhile.
    """
    if numba.config.DISABLE_JIT:
        return _one_after_the_other(function)
    compiled = numba.njit(nogil=True, error_model="numpy")(function)
    if cache.DIRECTORY is not None:
        compiled._cache = cache.Kept(function, cache.DIRECTORY)
    _ours.add(id(compiled))
    return compiled


def _one_after_the_other(function: Callable[..., None]) -> Callable[..., None]:
    """Return what a compiled kernel does, without the JIT: no two workers at once."""

    def call(worker: int, workers: int, *arguments: Any) -> None:
        for each in range(workers) if worker == ALL else (worker,):
            function(each, workers, *arguments)

    return call


_ours: set[int] = set()  # which of the functions that Numba compiles in this process are kernels


class _Announcer(event.Listener):
    """Says once why the first call takes seconds: nobody likes a silent wait."""

    def __init__(self) -> None:
        self.told = False

    def on_start(self, event: Any) -> None:
        if not self.told and id(event.data["dispatcher"]) in _ours:
            self.told = True
            kept = (
                f"kept in {cache.DIRECTORY}" if cache.DIRECTORY else "not kept: no writable cache directory"
            )
            print(f"tinyconv: compiling kernels for this machine ({kept}) …", file=sys.stderr, flush=True)

    def on_end(self, event: Any) -> None:
        pass


_announcer = _Announcer()
event.register("numba:compile", _announcer)


@contextmanager
def silence() -> Iterator[None]:
    """Say nothing about compiling: the caller shows its progress itself."""
    before, _announcer.told = _announcer.told, True
    try:
        yield
    finally:
        _announcer.told = before
