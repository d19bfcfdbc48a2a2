"""tinyconv.kernels.tile: the vector code does what its twin in plain loops does, and writes nowhere else."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import dtypes, seeds
from tiles import callable_from_python, close

from tinyconv.kernels.host import HOST, Host, describe
from tinyconv.kernels.tile import ROWS, make_outer_tile, make_outer_twin, make_tile, make_twin, rows_for

CANARY = 12345.0
pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="without the JIT the twin is the tile")


SIZES = [(vectors, rows) for vectors in (1, 2, 3) for rows in (ROWS, ROWS // 2)]
aheads = st.integers(-(2**40), 2**40)  # what a tile asks for may lie outside of any array
TILES = {size: callable_from_python(make_tile(*size)) for size in SIZES}
OUTER = {vectors: callable_from_python(make_outer_tile(vectors)) for vectors in (1, 2)}


def test_every_twin_has_a_name_of_its_own():
    """Numba names machine code after it: of two that are alike, one would run in place of the other."""
    twins = [make_twin(*size) for size in SIZES] + [make_outer_twin(vectors) for vectors in OUTER]
    assert len({twin.__qualname__ for twin in twins}) == len(twins)


@given(st.sampled_from(SIZES), st.integers(0, 40), st.integers(0, 7), aheads, dtypes, seeds)
@settings(max_examples=60)
def test_a_tile_is_its_twin_and_leaves_everything_else_alone(size, steps, gap, ahead, dtype, seed):
    rng = np.random.default_rng(seed)
    vectors, rows = size
    width = vectors * HOST.lanes(np.dtype(dtype).itemsize)
    filters = rng.standard_normal(3 + rows * steps).astype(dtype)
    image = rng.standard_normal(200 + width).astype(dtype)
    shifts, bias = rng.integers(0, 190, steps), rng.standard_normal(2 + rows).astype(dtype)
    outs = [np.full(5 + rows * (width + gap) + 5, CANARY, dtype) for _ in range(2)]
    for tile, out in zip((TILES[size], make_twin(*size)), outs, strict=True):
        tile(filters, 3, image, 7, shifts, bias, 2, out, 5, width + gap, ahead)
    close(outs[0], outs[1], dtype)
    untouched = np.ones(outs[0].size, bool)
    for m in range(rows):
        untouched[5 + m * (width + gap) :][:width] = False
    assert (outs[0][untouched] == CANARY).all()


@given(st.sampled_from([1, 2]), st.integers(0, 4), st.integers(0, 5), st.integers(0, 9), dtypes, seeds)
@settings(max_examples=60)
def test_an_outer_tile_is_its_twin_and_leaves_everything_else_alone(vectors, rows, cols, gap, dtype, seed):
    rng = np.random.default_rng(seed)
    width = vectors * HOST.lanes(np.dtype(dtype).itemsize)
    line = 11
    shifts = rng.integers(0, 60, 2 * ROWS)
    image = rng.standard_normal(4 + 60 + rows * line + cols).astype(dtype)
    made = rng.standard_normal(2 + rows * cols * (width + gap) + width).astype(dtype)
    start = rng.standard_normal(5 + ROWS * (width + gap) + 5).astype(dtype)
    outs = [start.copy(), start.copy()]
    for tile, out in zip((OUTER[vectors], make_outer_twin(vectors)), outs, strict=True):
        tile(image, 4, shifts, ROWS, line, made, 2, width + gap, rows, cols, out, 5, width + gap)
    close(outs[0], outs[1], dtype)
    untouched = np.ones(start.size, bool)
    for m in range(ROWS):
        untouched[5 + m * (width + gap) :][:width] = False
    assert outs[0][untouched].tobytes() == start[untouched].tobytes()


def test_nan_and_infinity_stay_in_their_own_sums():
    """No flag of the compiler may assume that there are none."""
    width = HOST.lanes(8)
    filters, image = np.ones(ROWS * 2), np.ones(2 * width)
    image[1], image[2], image[width + 2] = np.nan, np.inf, -np.inf
    out = np.zeros(ROWS * width)
    TILES[1, ROWS](filters, 0, image, 0, np.array([0, width]), np.zeros(ROWS), 0, out, 0, width, 0)
    expected = np.full(width, 2.0)
    expected[1:3] = np.nan
    np.testing.assert_array_equal(out.reshape(ROWS, width), np.tile(expected, (ROWS, 1)))


def test_few_filters_get_half_a_tile():
    assert [rows_for(count) for count in (1, ROWS // 2, ROWS // 2 + 1, ROWS + 1)] == [
        ROWS // 2,
        ROWS // 2,
        ROWS,
        ROWS,
    ]


def test_every_processor_gets_a_tile_that_fits_its_registers():
    assert describe({"avx512f": True}, "x86_64") == Host(64, 32, True)
    assert describe({"avx": True, "avx2": True, "fma": True}, "x86_64") == Host(32, 16, True)
    assert describe({"avx": True}, "x86_64") == Host(32, 16, False)
    assert describe({}, "aarch64") == Host(16, 32, True)
    assert describe({}, "unknown") == Host(16, 16, False)
    assert HOST.registers >= ROWS * 3 + 3 + 1
