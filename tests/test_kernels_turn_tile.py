"""tinyconv.kernels.turn_tile: channels come side by side and go back, and nothing else is written."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import dtypes, seeds
from tiles import callable_from_python

from tinyconv.kernels.host import HOST
from tinyconv.kernels.turn_tile import (
    gather_channels_twin,
    make_gather_channels,
    make_scatter_channels,
    scatter_channels_twin,
)

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="without the JIT the twin is the tile")
gather, scatter = map(callable_from_python, (make_gather_channels(), make_scatter_channels()))


@given(st.integers(0, 5), st.integers(0, 5), dtypes, seeds)
@settings(max_examples=60)
def test_the_tiles_are_their_twins_and_leave_everything_else_alone(gap, more, dtype, seed):
    rng = np.random.default_rng(seed)
    lanes = HOST.lanes(np.dtype(dtype).itemsize)
    plane, width, pixels = lanes + gap, lanes + more, lanes + 3
    image = rng.standard_normal(4 + lanes * plane + 4).astype(dtype)
    out = rng.standard_normal(6 + pixels * width + 6).astype(dtype)
    places = rng.permutation(pixels).astype(np.int32)
    arguments = 4, plane, places, 2, width
    for tile, twin, changes in ((gather, gather_channels_twin, 1), (scatter, scatter_channels_twin, 0)):
        ours, twins = [image.copy(), out.copy()], [image.copy(), out.copy()]
        for call, (one, other) in ((tile, ours), (twin, twins)):
            call(one, *arguments, other, 6)
        assert [array.tobytes() for array in ours] == [array.tobytes() for array in twins]
        assert ours[changes].tobytes() != (image, out)[changes].tobytes()
