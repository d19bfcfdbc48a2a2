"""tinyconv.kernels.scratch: room that is kept, apart for each purpose and each thread."""

import threading

import numpy as np
import pytest

from tinyconv.functional import conv2d_backward, conv2d_forward
from tinyconv.kernels import scratch as module
from tinyconv.kernels.scratch import scratch


def test_the_same_purpose_gets_the_same_memory_and_another_one_other_memory():
    first = scratch("test", 100, np.float32)
    assert first.size == 100
    assert np.shares_memory(first, scratch("test", 50, np.float64)) is True
    assert np.shares_memory(first, scratch("other", 100, np.float32)) is False


def test_each_thread_has_its_own():
    mine, theirs = scratch("test", 10, np.float32), []
    thread = threading.Thread(target=lambda: theirs.append(scratch("test", 10, np.float32)))
    thread.start()
    thread.join()
    assert not np.shares_memory(mine, theirs[0])


def test_what_is_too_large_is_given_back(monkeypatch):
    monkeypatch.setattr(module, "KEPT", 64)
    first = scratch("huge", 1000, np.float32)
    assert not np.shares_memory(first, scratch("huge", 1000, np.float32))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_result_lies_in_it_and_no_leftover_shows(dtype):
    """A large call leaves its numbers behind, NaN among them; the next, smaller one must not see them."""
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((3, 2, 3, 3)).astype(dtype)
    small = rng.standard_normal((2, 2, 5, 5)).astype(dtype)
    y, cache = conv2d_forward(small, weight, None, 2, 1)
    expected = [y.copy(), *(gradient.copy() for gradient in conv2d_backward(y, cache)[:2])]
    large = np.full((4, 2, 30, 30), np.nan, dtype)
    conv2d_backward(*conv2d_forward(large, weight, None, 1, 2))
    again, cache = conv2d_forward(small, weight, None, 2, 1)
    results = [y, again, *conv2d_backward(again, cache)[:2]]
    conv2d_backward(*conv2d_forward(large, weight, None, 1, 2))
    for ours, before in zip(results, [expected[0], *expected], strict=True):
        assert ours.tobytes() == before.tobytes()
