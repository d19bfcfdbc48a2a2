"""tinyconv.kernels.jit: when a kernel runs in parallel, and what it is compiled for."""

import numpy as np
import pytest

import tinyconv
from tinyconv.kernels import jit, threads
from tinyconv.kernels.jit import kernel
from tinyconv.kernels.share import ALL


@pytest.fixture
def spy():
    """A kernel that only says by whom it is called."""

    def double(worker, workers, x, y):
        """Fill y with twice x."""

    spying = kernel(double)
    spying.calls = []
    spying.compiled = lambda worker, workers, *_: spying.calls.append((worker, workers))
    return spying


ALONE, TOGETHER = (0, 1), (ALL, 2)


needs_cores = pytest.mark.skipif(threads.numba.config.NUMBA_NUM_THREADS < 2, reason="one core only")


@needs_cores
def test_small_work_does_not_pay_for_threads(spy):
    tinyconv.set_num_threads(2)
    small, large = np.zeros(jit.SMALL // 2 - 1), np.zeros(jit.SMALL // 2)
    spy(small, small, 5)
    spy(large, large, 5)
    assert spy.calls == [ALONE, TOGETHER]


@needs_cores
def test_one_thread_is_one_core(spy):
    tinyconv.set_num_threads(1)
    spy(np.zeros(jit.SMALL), np.zeros(jit.SMALL))
    assert spy.calls == [ALONE]


@needs_cores
def test_force_holds_until_the_block_ends(spy):
    tinyconv.set_num_threads(2)
    tiny, large = np.zeros(1), np.zeros(jit.SMALL)
    with jit.force(parallel=True):
        spy(tiny)
    with jit.force(parallel=False):
        spy(large)
    spy(tiny)
    assert spy.calls == [TOGETHER, ALONE, ALONE]


def test_a_kernel_keeps_its_name_and_docstring(spy):
    assert (spy.__name__, spy.__doc__) == ("double", "Fill y with twice x.")
