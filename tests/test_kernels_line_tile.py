"""tinyconv.kernels.line_tile: the vector code does what its plain twin does, and touches nothing else."""

import ctypes
import mmap
import sys

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import dtypes, seeds, values
from tiles import callable_from_python

from tinyconv.kernels.line_tile import line_twin, make_line_tile

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="without the JIT the twin is the tile")
TILES = [callable_from_python(make_line_tile(asks_to_write=flag)) for flag in (False, True)]
call = TILES[0]


@given(
    st.integers(0, 40),
    st.integers(0, 40),
    st.integers(0, 40),
    st.integers(0, 4),
    st.integers(1, 5),
    st.integers(0, 20),
    st.integers(-(2**40), 2**40),  # what it asks for may lie outside of any array
    dtypes,
    seeds,
)
@settings(max_examples=100)
def test_lines_are_their_twins_and_everything_else_is_left_alone(
    length, start, count_inside, count, across, gap, ahead, dtype, seed
):
    start = min(start, length)
    stop = min(length, start + count_inside)
    image = values(seed, (max(1, (stop - start) * across + 7 * count),), dtype, "special")
    s = -start * across  # the first number that is read is the first one there is
    results = []
    for tile in (*TILES, line_twin):
        lines = np.full(3 + count * (length + gap) + 3, 99, dtype)
        tile(image, s, 7, across, lines, 3, length + gap, start, stop, length, count, ahead)
        assert (lines[[0, 1, 2, -3, -2, -1]] == 99).all()
        assert (lines[3:-3].reshape(count, length + gap)[:, length:] == 99).all()
        results.append(lines)
    assert results[0].tobytes() == results[1].tobytes() == results[2].tobytes()


@pytest.fixture
def brink():
    """A page of numbers behind which nothing may be touched."""
    pages = mmap.mmap(-1, 2 * mmap.PAGESIZE)
    numbers = np.frombuffer(pages, np.float32)[: mmap.PAGESIZE // 4]
    protect = ctypes.CDLL(None).mprotect
    behind = ctypes.c_void_p(numbers.ctypes.data + mmap.PAGESIZE)
    assert protect(behind, mmap.PAGESIZE, mmap.PROT_NONE if hasattr(mmap, "PROT_NONE") else 0) == 0
    yield numbers
    assert protect(behind, mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE) == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs mprotect")
@pytest.mark.parametrize("across", [1, 3])
def test_no_page_is_touched_where_nothing_is_read_or_written(brink, across):
    """The process would be killed: a vector that starts on the image may end where there is no memory."""
    brink[:] = np.arange(brink.size)
    lines = np.zeros(12, np.float32)
    call(brink, brink.size - 1 - 4 * across, 0, across, lines, 0, 12, 0, 5, 12, 1, 0)
    np.testing.assert_array_equal(lines[:5], brink[-1 - 4 * across :: across])
    assert not lines[5:].any()
    call(lines, 0, 0, 1, brink, brink.size - 5, 5, 0, 5, 5, 1, 0)
    np.testing.assert_array_equal(brink[-5:], lines[:5])
