"""tinyconv.kernels.pool_tile: the vector code does what its plain twin does, and writes nowhere else."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import dtypes, kinds, seeds, values

from tinyconv.kernels.host import HOST
from tinyconv.kernels.pool_tile import make_pool_tile, pool_twin

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="without the JIT the twin is the tile")
pool_tile = make_pool_tile()


@numba.njit
def call(*arguments):
    """A tile is called from compiled code."""
    pool_tile(*arguments)


@given(st.integers(0, 3), st.integers(0, 5), dtypes, kinds, seeds)
@settings(max_examples=60)
def test_a_pool_tile_is_its_twin_and_leaves_everything_else_alone(vectors, gap, dtype, kind, seed):
    lanes = HOST.lanes(np.dtype(dtype).itemsize)
    line = 2 * vectors * lanes + gap
    sums = values(seed, (3 + 2 * line + 1,), dtype, kind)
    bias = np.array([0.0, -0.25, 1.0], dtype)
    results = []
    for tile in (call, pool_twin):
        best, winner = (
            np.full(4 + vectors * lanes + 4, 12345, dtype),
            np.full(vectors * lanes + 8, 99, np.uint8),
        )
        with np.errstate(invalid="ignore"):
            tile(sums, 3, line, bias, 1, best, winner, 4, vectors)
        results.append((best, winner))
        for array, canary in ((best, 12345), (winner, 99)):
            assert (array[:4] == canary).all()
            assert (array[-4:] == canary).all()
    np.testing.assert_array_equal(results[0][0], results[1][0])
    np.testing.assert_array_equal(results[0][1], results[1][1])
