"""tinyconv.kernels.share: every turn is somebody's, at once or one after the other, and no error is lost."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyconv.kernels import jit, threads
from tinyconv.kernels.jit import kernel
from tinyconv.kernels.share import ALL, share


@kernel
def sign(worker, workers, least, out, who):
    """Count each number's turns in `out`, and say in `who` whose they were; number `least` is nobody's."""
    for i in share(len(out), worker, workers):
        if i == least:
            raise ValueError("this number is nobody's")
        out[i] += 1
        who[i] = worker


crews = st.integers(1, threads.numba.config.NUMBA_NUM_THREADS)  # Numba's workqueue waits for more for ever


def signed(count, worker, workers, least=-1):
    out, who = np.zeros(count), np.full(count, -1)
    sign.compiled(worker, workers, least, out, who)
    return out, who


@given(st.integers(0, 50), crews)
def test_everybody_together_takes_every_turn_once_and_neighbours_stay_together(count, workers):
    threads.start()
    out, who = signed(count, ALL, workers)
    assert (out == 1).all()
    assert (np.diff(who) >= 0).all()
    assert count == 0 or np.ptp(np.bincount(who, minlength=workers)) <= 1, "nobody has two turns more"


@given(st.integers(0, 50), crews)
def test_a_worker_alone_takes_the_same_turns_as_among_all(count, workers):
    threads.start()
    _, together = signed(count, ALL, workers)
    for worker in range(workers):
        _, alone = signed(count, worker, workers)
        assert ((alone == worker) == (together == worker)).all()


@pytest.mark.parametrize("parallel", [False, True])
@pytest.mark.parametrize("least", [0, 99])
def test_what_a_worker_raises_reaches_the_caller(parallel, least):
    with jit.force(parallel=parallel), pytest.raises(ValueError, match="nobody's"):
        sign(least, np.zeros(100), np.zeros(100, np.int64))
    with jit.force(parallel=parallel):
        sign(-1, np.zeros(100), np.zeros(100, np.int64))  # and the next call is none the worse


def test_memory_is_given_back_after_every_call():
    """The workers' arrays have no owner; the caller's still do."""
    out, who = np.zeros(100), np.zeros(100, np.int64)
    with jit.force(parallel=True):
        sign(-1, out, who)
        before = sys.getrefcount(out)
        for _ in range(10):
            sign(-1, out, who)
    assert sys.getrefcount(out) == before
