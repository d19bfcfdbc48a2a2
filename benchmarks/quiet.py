"""Whether the cores are ours alone, and waiting until they are.

    python benchmarks/quiet.py [--threads 2] [--seconds 20]

Who else uses a core, its second hardware thread above all, may be another program, or another virtual machine
that nobody here sees. For seconds everything that loads takes half as long again, while multiply-adds in
registers hardly slow down: so there are two loops, one that loads from the first-level cache as a tile does
and one that doesn't, on all cores at once. It is quiet where the first takes as many times as long as the
second as it does at best in this process: a processor that changes its clock meanwhile changes both. What is
timed has no say in it.
"""

import argparse
import math
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numba
import numpy as np
from limits import SUMS, multiply_adds
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from tinyconv.kernels.host import HOST
from tinyconv.kernels.threads import get_num_threads, start
from tinyconv.kernels.vectors import I64, Vectors

LOADS = 10 if HOST.registers >= 32 else 5  # two multiply-adds for each
NUMBERS = 4096 // (LOADS * HOST.lanes(4)) * LOADS * HOST.lanes(4)  # 16 KB: they stay in the first-level cache
PRODUCTS = 2_000_000  # multiply-adds of vectors for each loop: half a millisecond, or one
TRIES = 3  # the fastest: the first wakes the cores up
SETTLED = 5.0  # seconds of tries, until the best is known
LOUD = 1.1  # times as long, by the loop without loads, as at best
SLOW = 1.4  # times as long as at best: no clock changes that much, so a core is gone


@intrinsic
def add_products(typing: Any, numbers: Any, times: Any) -> Any:
    """Add up the products of `numbers` with their first vector, `times` times: two for each load."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = context.make_array(numbers)(context, builder, arguments[0]).data
        code = Vectors(builder, ir.FloatType())
        factor, step = code.load(pointer, 0), LOADS * code.lanes
        sums = [cgutils.alloca_once_value(builder, code.zero()) for _ in range(2 * LOADS)]
        steps = builder.mul(arguments[1], I64(NUMBERS // step))
        with cgutils.for_range(builder, steps) as loop:
            place = builder.mul(builder.urem(loop.index, I64(NUMBERS // step)), I64(step))
            line = builder.gep(pointer, [place])
            for number, total in enumerate(sums):
                value = code.load(line, number // 2)
                builder.store(code.multiply_add(factor, value, builder.load(total)), total)
        for number, total in enumerate(sums):
            code.store(builder.load(total), pointer, number)
        return I64(0)

    return types.intp(numbers, types.intp), codegen


@numba.njit(parallel=True)
def add_everywhere(numbers: Any, times: Any) -> None:
    for thread in numba.prange(len(numbers)):
        add_products(numbers[thread], times)


@numba.njit(parallel=True)
def multiply_everywhere(numbers: Any, times: Any) -> None:
    for thread in numba.prange(len(numbers)):
        multiply_adds(numbers[thread], times)


class Pace(NamedTuple):
    """The seconds of the loop that loads, and of the one that doesn't."""

    loads: float
    registers: float

    @property
    def ratio(self) -> float:
        """What loads cost, whatever the clock is."""
        return self.loads / self.registers


class Cores:
    """So many cores, and their pace at best."""

    def __init__(self, threads: int) -> None:
        self.numbers = np.zeros((threads, NUMBERS), np.float32)
        self.best = Pace(math.inf, math.inf)
        start()  # as tinyconv does, so that PyTorch keeps the number of threads that it was told
        add_everywhere(self.numbers, 1)  # compile
        multiply_everywhere(self.numbers, 1)

    def load(self) -> None:
        """Do what loads, and takes each of the cores as long."""
        numba.set_num_threads(len(self.numbers))
        add_everywhere(self.numbers, PRODUCTS * HOST.lanes(4) // (2 * NUMBERS))

    def multiply(self) -> None:
        """Do as many multiply-adds in registers."""
        numba.set_num_threads(len(self.numbers))
        multiply_everywhere(self.numbers, PRODUCTS // SUMS)

    def pace(self) -> Pace:
        """Return the pace of now, the fastest of some tries, which may be the best so far."""
        pace = Pace(*(min(_seconds(work) for _ in range(TRIES)) for work in (self.load, self.multiply)))
        self.best = Pace(*map(min, self.best, pace))
        return pace

    def are_quiet(self) -> bool:
        """Return whether nobody else is there now."""
        pace = self.pace()
        return pace.ratio < LOUD * self.best.ratio and pace.loads < SLOW * self.best.loads

    def wait(self, give_up: float) -> bool:
        """Return whether nobody is there any more before `give_up`, in seconds of `time.perf_counter`."""
        while not (quiet := self.are_quiet()) and time.perf_counter() < give_up:
            pass
        return quiet


def _seconds(work: Callable[[], None]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


@lru_cache
def cores(threads: int) -> Cores:
    """Return the same cores for everybody: their best is that of the whole process."""
    known = Cores(threads)
    settled = time.perf_counter() + SETTLED
    while time.perf_counter() < settled:
        known.pace()
    return known


def main() -> None:
    """Print which share of some seconds is quiet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=get_num_threads())
    parser.add_argument("--seconds", type=float, default=20.0)
    arguments = parser.parse_args()
    known, quiet = cores(arguments.threads), []
    end = time.perf_counter() + arguments.seconds
    while time.perf_counter() < end:
        quiet.append(known.are_quiet())
    print(f"{arguments.threads} threads: quiet for {np.mean(quiet):.0%} of {arguments.seconds:.0f} seconds")


if __name__ == "__main__":
    main()
