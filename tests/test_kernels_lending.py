"""tinyconv.kernels.lending: memory is lent again when nobody sees it any more, and not before."""

import gc
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyconv.functional import conv2d_forward
from tinyconv.kernels import lending
from tinyconv.kernels.jit import helper
from tinyconv.kernels.lending import LINE, aligned, empty

LARGE = lending.SMALLEST


@pytest.fixture(autouse=True)
def nothing_waits(monkeypatch):
    monkeypatch.setattr(lending, "_waiting", {})


def address(array):
    return array.ctypes.data


@given(st.lists(st.integers(0, 5), max_size=4), st.sampled_from([np.float32, np.float64, np.uint8, np.int64]))
def test_an_array_is_numpys_in_all_that_shows(shape, dtype):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lending, "SMALLEST", 1)
        ours, theirs = empty(tuple(shape), dtype), np.empty(tuple(shape), dtype)
    assert (ours.shape, ours.dtype, ours.strides) == (theirs.shape, theirs.dtype, theirs.strides)
    assert ours.flags.carray
    assert type(ours) is np.ndarray


def test_what_is_given_back_is_lent_again_to_who_wants_as_much():
    first = empty((LARGE,), np.uint8)
    place = address(first)
    assert place % lending.LINE == 0
    del first
    other = empty((LARGE + 8,), np.uint8)
    assert address(other) != place
    assert address(empty((LARGE // 4,), np.float32)) == place


def test_memory_larger_than_may_wait_drives_nobody_out(monkeypatch):
    monkeypatch.setattr(lending, "KEPT", LARGE)
    first, larger = empty((LARGE,), np.uint8), empty((LARGE + 1,), np.uint8)
    place = address(first)
    del first, larger
    assert address(empty((LARGE,), np.uint8)) == place


def test_small_arrays_are_left_to_numpy():
    assert empty((LARGE - 1,), np.uint8).flags.owndata
    assert not lending._waiting


def test_nothing_is_lent_again_while_any_view_lives():
    first = empty((4, LARGE), np.uint8)
    first[:] = 7
    view = memoryview(first[2:].reshape(-1)[5:])
    del first
    gc.collect()
    second = empty((4, LARGE), np.uint8)
    second[:] = 9
    assert set(view[:10]) == {7}
    del view
    third = empty((4, LARGE), np.uint8)
    assert not np.shares_memory(second, third)


def test_what_waits_longest_is_let_go(monkeypatch):
    monkeypatch.setattr(lending, "KEPT", 2 * LARGE + 100)
    arrays = [empty((LARGE + i,), np.uint8) for i in range(4)]
    places = [address(array) for array in arrays]
    while arrays:
        del arrays[0]
    assert list(lending._waiting) == places[2:]


def test_threads_never_get_the_same_memory():
    seen, stop = [], threading.Barrier(4)

    def work(number):
        for _ in range(200):
            array = empty((LARGE,), np.uint8)
            array[::4096] = number
            stop.wait()
            seen.append((array[::4096] == number).all())
            del array
            stop.wait()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(seen) == 800
    assert all(seen)


def test_the_end_of_a_process_is_silent():
    """Python takes its modules apart while the last arrays go."""
    code = "from tinyconv.kernels.lending import *; kept = [empty((SMALLEST,), 'u1')]; kept.append(kept)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_results_of_a_layer_are_lent_and_the_callers_own_stay_as_they_are():
    x = np.ones((1, 1, 512, 512), np.float32)
    weight = np.full((4, 1, 1, 1), 2, np.float32)
    y, _ = conv2d_forward(x, weight)
    kept, place = y[0, 0], address(y)
    del y
    again, _ = conv2d_forward(x, -weight)
    assert address(again) != place
    assert (kept == 2).all()
    del kept
    assert address(conv2d_forward(x, weight)[0]) == place


@helper
def in_a_kernel(size):
    return aligned(size)


@given(st.integers(0, 1000))
def test_fresh_memory_begins_with_a_line_of_the_cache_for_compiled_code_too(size):
    for memory in (aligned(size), in_a_kernel(size)):
        assert memory.size == size
        assert address(memory) % LINE == 0
