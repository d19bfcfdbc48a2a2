"""tinyconv.kernels.list_tile: the vector code lists what its plain twin lists, and reads nothing else."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import dtypes, kinds, seeds, values
from tiles import callable_from_python

from tinyconv.kernels.host import HOST
from tinyconv.kernels.list_tile import list_twin, make_list_tile

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="without the JIT the twin is the tile")
call = callable_from_python(make_list_tile())


@st.composite
def lanes_of_a_vector(draw):
    """Draw a dtype, and between which lanes of its vector the windows lie."""
    dtype = draw(dtypes)
    lanes = HOST.lanes(np.dtype(dtype).itemsize)
    first = draw(st.integers(0, lanes))
    return dtype, lanes, first, draw(st.integers(first, lanes))


@given(lanes_of_a_vector(), st.integers(0, 6), st.integers(1, 3), st.integers(0, 50), kinds, kinds, seeds)
@settings(max_examples=100)
def test_a_list_is_its_twins_and_its_end_stays_within_a_vector(window, tap, taps, place, kind, other, seed):
    dtype, lanes, first, last = window
    dy, y = values(seed, (3 + lanes,), dtype, kind), values(seed + 1, (3 + lanes,), dtype, other)
    winners = np.random.default_rng(seed).integers(0, 9, 3 + lanes).astype(np.uint8)
    lists = []
    for tile in (call, list_twin):
        places, numbers = np.full(2 + lanes + 4, -7, np.int32), np.full(2 + lanes + 4, 99, dtype)
        count = tile(dy, y, winners, 3, first, last, tap, taps, place, 5, 2, places, numbers, 2)
        lists.append((count, places[2 : 2 + count], numbers[2 : 2 + count]))
        for array, canary in ((places, -7), (numbers, 99)):
            assert (array[:2] == canary).all()
            assert (array[-4:] == canary).all()
    assert lists[0][0] == lists[1][0] <= last - first
    for ours, twins in zip(lists[0][1:], lists[1][1:], strict=True):
        np.testing.assert_array_equal(ours, twins)


def test_shut_windows_and_zeros_are_not_listed_and_nan_is():
    lanes = HOST.lanes(8)
    dy, y, winners = np.ones(lanes), np.ones(lanes), np.zeros(lanes, np.uint8)
    dy[0], y[-1] = 0, -1
    places, numbers = np.zeros(lanes, np.int32), np.zeros(lanes)
    assert call(dy, y, winners, 0, 0, lanes, 0, 1, 0, 1, 1, places, numbers, 0) == lanes - (
        2 if lanes > 1 else 1
    )
    y[-1], dy[0] = np.nan, np.nan
    assert call(dy, y, winners, 0, 0, lanes, 0, 1, 0, 1, 1, places, numbers, 0) == lanes
    np.testing.assert_array_equal(numbers, dy)
    np.testing.assert_array_equal(places, np.arange(lanes))
