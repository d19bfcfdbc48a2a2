"""What this machine can do at most: multiply-adds in registers, and bytes to and from memory.

    python benchmarks/limits.py [--threads 2]

Both are measured, on all threads at once, in the process whose figures stand beside them.
"""

import argparse
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from tinyconv.kernels.host import HOST
from tinyconv.kernels.threads import get_num_threads
from tinyconv.kernels.vectors import I64, Vectors

SUMS = 20 if HOST.registers >= 32 else 10  # far more than a multiply-add's latency asks for
MEMORY = 1 << 28  # bytes: many times the last-level cache
TRIES = 12  # the fastest of them: a limit is what nobody disturbs


@intrinsic
def multiply_adds(typing: Any, numbers: Any, times: Any) -> Any:
    """Do `times` · SUMS vector multiply-adds in registers; `numbers` seeds and keeps them."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = context.make_array(numbers)(context, builder, arguments[0]).data
        code = Vectors(builder, ir.FloatType())
        factor = code.load(pointer, 0)
        sums = [cgutils.alloca_once_value(builder, code.load(pointer, 1 + i)) for i in range(SUMS)]
        with cgutils.for_range(builder, arguments[1]):
            for total in sums:
                builder.store(code.multiply_add(factor, factor, builder.load(total)), total)
        for i, total in enumerate(sums):
            code.store(builder.load(total), pointer, 1 + i)
        return I64(0)

    return types.intp(numbers, types.intp), codegen


@numba.njit(nogil=True)
def multiply(numbers: Any, times: Any) -> None:
    multiply_adds(numbers, times)


@numba.njit(nogil=True)
def scale(source: Any, target: Any) -> None:
    for i in range(source.size):
        target[i] = 2 * source[i]


def best_seconds(threads: int, work: Callable[[int], object]) -> float:
    """Run work(0), work(1), … at once, each on its thread; return the seconds of the fastest try."""
    best = math.inf
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(TRIES):
            start = time.perf_counter()
            list(pool.map(work, range(threads)))
            best = min(best, time.perf_counter() - start)
    return best


def peak_gflops(threads: int) -> float:
    """Return the float32 GFLOP/s of multiply-adds in registers; one of them counts as two operations."""
    times = 1_000_000
    lanes = HOST.lanes(4)
    numbers = np.ones((threads, (1 + SUMS) * lanes), np.float32)
    multiply(numbers[0], 1)  # compile
    seconds = best_seconds(threads, lambda thread: multiply(numbers[thread], times))
    return 2 * times * SUMS * lanes * threads / seconds / 1e9


def bandwidth(threads: int) -> float:
    """Return GB/s of reading one array and writing another, both far larger than the caches."""
    half = np.ones((threads, MEMORY // 8 // threads), np.float32)
    other = np.ones_like(half)
    scale(half[0, :1], other[0, :1])  # compile
    return 2 * half.nbytes / best_seconds(threads, lambda thread: scale(half[thread], other[thread])) / 1e9


def main() -> None:
    """Print both limits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=get_num_threads())
    threads = parser.parse_args().threads
    print(
        f"{threads} threads, float32: {peak_gflops(threads):.0f} GFLOP/s in registers, "
        f"{bandwidth(threads):.1f} GB/s from and to memory"
    )


if __name__ == "__main__":
    main()
