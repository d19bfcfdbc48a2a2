"""tinyconv.kernels.patch_tile: both tiles do what their twins in plain loops do, and write nowhere else."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import dtypes, seeds
from tiles import callable_from_python, close

from tinyconv.kernels.host import HOST
from tinyconv.kernels.patch_tile import (
    SIZES,
    make_gather_tile,
    make_gather_twin,
    make_scatter_tile,
    make_scatter_twin,
)

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="without the JIT the twin is the tile")


GATHER = {size: callable_from_python(make_gather_tile(size)) for size in SIZES}
SCATTER = {size: callable_from_python(make_scatter_tile(size)) for size in SIZES}


@st.composite
def lists(draw):
    """Draw an image, a list of places in it with values, and where the vectors of a patch begin."""
    size, dtype, rng = draw(st.sampled_from(SIZES)), draw(dtypes), np.random.default_rng(draw(seeds))
    lanes, width, count = (
        HOST.lanes(np.dtype(dtype).itemsize),
        draw(st.integers(1, 5)),
        draw(st.integers(0, 9)),
    )
    places = rng.integers(0, 20, 2 + count + 3).astype(np.int32)
    values = rng.standard_normal(len(places)).astype(dtype)
    shifts = rng.integers(0, 40, 2 + size)
    image = rng.standard_normal(7 + 20 * width + 40 + lanes).astype(dtype)
    return size, dtype, lanes, (image, 7, width, shifts, 2, places, values, 2, 2 + count)


@given(lists(), seeds)
@settings(max_examples=60)
def test_the_gathering_tile_is_its_twin_and_leaves_everything_else_alone(case, seed):
    size, dtype, lanes, arguments = case
    start = np.random.default_rng(seed).standard_normal(5 + size * lanes + 5).astype(dtype)
    sums = [start.copy(), start.copy()]
    for tile, out in zip((GATHER[size], make_gather_twin(size)), sums, strict=True):
        tile(*arguments, out, 5)
    close(*sums, dtype)
    assert sums[0][:5].tobytes() == start[:5].tobytes()
    assert sums[0][-5:].tobytes() == start[-5:].tobytes()


@given(lists(), seeds)
@settings(max_examples=60)
def test_the_scattering_tile_is_its_twin_and_leaves_everything_else_alone(case, seed):
    size, dtype, lanes, (image, *rest) = case
    weights = np.random.default_rng(seed).standard_normal(3 + size * lanes).astype(dtype)
    images, reached = [image.copy(), image.copy()], np.zeros_like(image)
    for tile, out in zip((SCATTER[size], make_scatter_twin(size)), images, strict=True):
        tile(out, *rest, weights, 3)
    close(*images, dtype)
    marks = np.ones_like(weights), np.ones_like(rest[5])
    make_scatter_twin(size)(reached, *rest[:5], marks[1], *rest[6:], marks[0], 3)
    assert images[0][reached == 0].tobytes() == image[reached == 0].tobytes()


def test_nan_and_infinity_stay_in_their_own_lanes():
    lanes, size = HOST.lanes(8), SIZES[1]
    image = np.ones(size * lanes)
    image[1], image[lanes] = np.nan, np.inf
    sums, shifts = np.zeros(size * lanes), np.arange(size) * lanes
    GATHER[size](image, 0, 1, shifts, 0, np.zeros(1, np.int32), np.full(1, 2.0), 0, 1, sums, 0)
    np.testing.assert_array_equal(sums, 2 * image)
    SCATTER[size](
        image, 0, 1, shifts, 0, np.zeros(1, np.int32), np.full(1, np.inf), 0, 1, np.ones_like(sums), 0
    )
    assert np.isnan(image[1])
    assert np.isinf(np.delete(image, 1)).all()
