"""The one decorator that owns compile policy: how a kernel is compiled, and when it runs in parallel."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numba
import numpy as np
from numba.core import event

from tinyconv.kernels import cache, threads

# Below this many array elements the work is done before a second thread has woken up.
SMALL = 1 << 15


def kernel(function: Callable[..., None]) -> "Kernel":
    """Make a kernel of a loop over arrays and ints that fills its outputs; its outer loop is a `prange`."""
    return Kernel(function)


def helper(function: Callable[..., None], *, inline: bool = False) -> Any:
    """Compile what several kernels call: it becomes part of each of them.

    LLVM decides where it is a call; `inline` is for what is done in the time that its many arguments take.
    """
    return numba.njit(nogil=True, error_model="numpy", forceinline=inline)(function)


class Kernel:
    """One loop, compiled twice on first use: for all cores, and for one.

    Both versions give the same bits: a thread owns what it writes, and sums have a fixed order.
    """

    def __init__(self, function: Callable[..., None]) -> None:
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.__wrapped__ = function
        self.serial = _compile(function, parallel=False)
        self.parallel = _compile(function, parallel=True)

    def __call__(self, *arguments: Any) -> None:
        """Run the loop: on all cores where the arrays are large enough and the cores are free."""
        if not (_are_large(arguments) if _forced is None else _forced):
            return self.serial(*arguments)
        with threads.permit() as granted:
            return self.parallel(*arguments) if granted else self.serial(*arguments)


def _are_large(arguments: tuple[Any, ...]) -> bool:
    size = 0
    for argument in arguments:  # a loop: `sum` over a generator takes twice the time
        if type(argument) is np.ndarray:
            size += argument.size
    return size >= SMALL


_forced: bool | None = None


@contextmanager
def force(*, parallel: bool) -> Iterator[None]:
    """Run every kernel of any size in parallel, or none: for warm-up and tests, in one thread."""
    global _forced
    _forced = parallel
    try:
        yield
    finally:
        _forced = None


def _compile(function: Callable[..., None], parallel: bool) -> Any:
    """Compile lazily; the two versions are kept apart, as Numba's key does not tell them apart.

    No fastmath: its "no NaNs" would break ReLU and max-pool. nogil: other Python threads go on meanwhile.
    """
    compiled = numba.njit(parallel=parallel, nogil=True, error_model="numpy")(function)
    if cache.DIRECTORY is not None and not numba.config.DISABLE_JIT:
        compiled._cache = cache.Kept(function, cache.DIRECTORY / ("parallel" if parallel else "serial"))
    _ours.add(id(compiled))
    return compiled


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
