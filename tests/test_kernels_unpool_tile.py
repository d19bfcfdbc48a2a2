"""tinyconv.kernels.unpool_tile: the vector code does what its plain twin does, and writes nowhere else."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import dtypes, kinds, seeds, values
from tiles import callable_from_python

from tinyconv.kernels.unpool_tile import make_unpool_tile, unpool_twin

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="without the JIT the twin is the tile")
call = callable_from_python(make_unpool_tile())


@given(st.integers(0, 50), st.sampled_from([0, 2]), dtypes, kinds, kinds, seeds)
@settings(max_examples=60)
def test_an_unpool_tile_is_its_twin_and_leaves_everything_else_alone(count, tap, dtype, kind, other, seed):
    dy, y = values(seed, (3 + count,), dtype, kind), values(seed + 1, (3 + count,), dtype, other)
    winners = np.random.default_rng(seed).integers(0, 4, 3 + count).astype(np.uint8)
    results = []
    for tile in (call, unpool_twin):
        pixels = np.full(4 + 2 * count + 4, 12345, dtype)
        tile(dy, y, winners, 3, tap, pixels, 4, count)
        assert (pixels[:4] == 12345).all()
        assert (pixels[-4:] == 12345).all()
        results.append(pixels)
    np.testing.assert_array_equal(*results)
