"""tinyconv.kernels.pool_tile: the vector code does what its plain twin does, and writes nowhere else."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import dtypes, kinds, seeds, values
from tiles import callable_from_python

from tinyconv.kernels.host import HOST
from tinyconv.kernels.pool_tile import make_pool_tile, pool_twin

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="without the JIT the twin is the tile")
call = callable_from_python(make_pool_tile())


@given(st.integers(0, 50), st.integers(0, 4), st.integers(0, 5), dtypes, kinds, seeds)
@settings(max_examples=60)
def test_a_pool_tile_is_its_twin_and_leaves_everything_else_alone(count, rows, gap, dtype, kind, seed):
    line = 2 * count + gap
    room = 2 * HOST.lanes(np.dtype(dtype).itemsize)  # it reads whole vectors
    sums = values(seed, (3 + 2 * rows * line + room,), dtype, kind)
    results = []
    for tile in (call, pool_twin):
        best, winner = np.full(4 + rows * count + 4, 12345, dtype), np.full(rows * count + 8, 99, np.uint8)
        tile(sums, 3, line, best, winner, 4, count, rows)
        results.append((best, winner))
        for array, canary in ((best, 12345), (winner, 99)):
            assert (array[:4] == canary).all()
            assert (array[-4:] == canary).all()
    np.testing.assert_array_equal(results[0][0], results[1][0])
    np.testing.assert_array_equal(results[0][1], results[1][1])
