"""tinyconv.kernels.turns: every turn is somebody's once, and whoever is done early helps who is late."""

import threading

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyconv.kernels import threads
from tinyconv.kernels.jit import kernel
from tinyconv.kernels.share import ALL
from tinyconv.kernels.turns import turns


@kernel
def sign(worker, workers, ado, out, who):
    """Count each number's turns in `out`, and say in `who` whose they were; worker 0 takes its time."""
    for i in turns(len(out), worker, workers):
        nothing = 0.0
        for j in range(ado * (worker == 0)):
            nothing += np.sqrt(float(j + i))
        out[i] += 1 + 0 * nothing
        who[i] = worker


def signed(count, worker, workers, ado=0):
    threads.start()
    out, who = np.zeros(count), np.full(count, -1)
    sign.compiled(worker, workers, ado, out, who)
    return out, who


crews = st.integers(1, threads.LARGEST)  # Numba's workqueue waits for more for ever


@given(st.integers(0, 60), crews)
def test_everybody_together_takes_every_turn_once(count, workers):
    for _ in range(3):  # and leaves nothing behind for the next call
        out, who = signed(count, ALL, workers)
        assert (out == 1).all()
        assert ((who >= 0) & (who < workers)).all()


@given(st.integers(0, 60))
def test_one_alone_takes_them_all_in_their_order(count):
    out, who = signed(count, 0, 1)
    assert (out == 1).all()
    assert (who == 0).all()


@pytest.mark.skipif(threads.LARGEST < 2 or numba.config.DISABLE_JIT, reason="nobody is there to help")
def test_who_is_late_is_helped():
    count, fewest = 40, 40
    for _ in range(10):  # on a busy machine the helper may come late, too
        out, who = signed(count, ALL, 2, ado=500_000)
        assert (out == 1).all()
        late = np.flatnonzero(who == 0)
        assert (late == np.arange(len(late))).all(), "the last turns are taken first"
        fewest = min(fewest, len(late))
    assert fewest < count // 4


def test_a_call_from_a_second_thread_takes_nothing_from_the_first():
    """It gets no permit: it works alone, and must not look at what is written for the others."""
    results = []
    several = [threading.Thread(target=lambda: results.append(signed(50, 0, 1, ado=2_000))) for _ in range(4)]
    for thread in several:
        thread.start()
    together = [signed(50, ALL, threads.LARGEST) for _ in range(50)]
    for thread in several:
        thread.join()
    assert all((out == 1).all() for out, _ in results + together)
