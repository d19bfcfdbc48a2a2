"""tinyconv.engine: the choice of the rung."""

import threading

import numpy as np
import pytest

from tinyconv import ShapeError, get_engine, reference, set_engine
from tinyconv.functional import conv2d_forward


def test_set_engine_holds_until_the_block_ends_even_on_an_error():
    with set_engine("numpy"):
        assert get_engine() == "numpy"
        with pytest.raises(KeyError), set_engine("loops"):
            raise KeyError
        assert get_engine() == "numpy"
    assert get_engine() == "numba"


def test_set_engine_holds_without_a_block():
    set_engine("loops")
    assert get_engine() == "loops"
    set_engine("numba")
    assert get_engine() == "numba"


def test_the_engine_that_is_chosen_is_the_one_that_runs(monkeypatch):
    def shout(*_):
        raise RuntimeError("the loops ran")

    monkeypatch.setattr(reference, "conv2d_forward", shout)
    x, weight = np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2))
    conv2d_forward(x, weight)
    with set_engine("loops"), pytest.raises(RuntimeError, match="the loops ran"):
        conv2d_forward(x, weight)


def test_one_thread_does_not_choose_for_another():
    seen, chosen, looked = [], threading.Event(), threading.Event()

    def look():
        chosen.wait(10)
        seen.append(get_engine())
        looked.set()

    thread = threading.Thread(target=look)
    thread.start()
    with set_engine("loops"):
        chosen.set()
        assert looked.wait(10)
    thread.join()
    assert seen == ["numba"]


@pytest.mark.parametrize("name", ["torch", "NUMBA", "", None, 3])
def test_an_unknown_engine_is_refused_and_changes_nothing(name):
    with pytest.raises(
        ShapeError, match=r'set_engine: name \(=.*\) must be one of "loops", "numpy", "numba"'
    ):
        set_engine(name)
    assert get_engine() == "numba"
