"""tinyconv.kernels.patch_tile: both tiles do what their twins in plain loops do, and write nowhere else."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import dtypes, seeds
from tiles import callable_from_python, close

from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.host import HOST
from tinyconv.kernels.patch_tile import (
    SIZES,
    make_gather_tile,
    make_gather_twin,
    make_scatter_tile,
    make_scatter_twin,
    make_sweep,
)
from tinyconv.kernels.patches import patches_of

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="without the JIT the twin is the tile")


SWEEP = [callable_from_python(make_sweep(make)) for make in (make_gather_tile, make_scatter_tile)]
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
    size, dtype, lanes, (weights, _, step, _, s, places, *entries) = case
    rng = np.random.default_rng(seed)
    shifts = np.zeros(s + size, np.int64)
    shifts[s:] = rng.permutation(size + 3)[:size] * lanes + rng.integers(0, lanes)  # they do not overlap
    start = rng.standard_normal(5 + (size + 4) * lanes).astype(dtype)
    weights = np.resize(weights, 3 + 20 * step + size * lanes)
    images = [start.copy(), start.copy()]
    for tile, out in zip((SCATTER[size], make_scatter_twin(size)), images, strict=True):
        tile(out, 5, step, shifts, s, places, *entries, weights, 3)
    close(*images, dtype)
    reached = (5 + shifts[s:, None] + np.arange(lanes)).reshape(-1)
    assert np.delete(images[0], reached).tobytes() == np.delete(start, reached).tobytes()


def test_nan_and_infinity_stay_in_their_own_lanes():
    lanes, size = HOST.lanes(8), SIZES[1]
    image, shifts, one = np.ones(size * lanes), np.arange(size) * lanes, np.zeros(1, np.int32)
    image[1], image[lanes] = np.nan, np.inf
    sums, target = np.zeros_like(image), np.zeros_like(image)
    GATHER[size](image, 0, 1, shifts, 0, one, np.full(1, 2.0), 0, 1, sums, 0)
    SCATTER[size](target, 0, 1, shifts, 0, one, np.full(1, 2.0), 0, 1, image, 0)
    np.testing.assert_array_equal(sums, 2 * image)
    np.testing.assert_array_equal(target, 2 * image)
    SCATTER[size](image, 0, 1, shifts, 0, one, np.full(1, np.inf), 0, 1, np.ones_like(image), 0)
    assert np.isnan(image[1])
    assert np.isinf(np.delete(image, 1)).all()


@given(dtypes, seeds, st.integers(1, 25), st.integers(0, 6))
def test_a_sweep_takes_all_vectors_of_a_patch(dtype, seed, vectors, count):
    lanes, rng = HOST.lanes(np.dtype(dtype).itemsize), np.random.default_rng(seed)
    geometry = Geometry((1, lanes, 1, vectors), (1, 1), (1, 1), (0, 0), (1, vectors), (1, 1))
    patches, size = patches_of(geometry, lanes), vectors * lanes
    places, values = (
        rng.integers(0, 3, 1 + count).astype(np.int32),
        rng.standard_normal(1 + count).astype(dtype),
    )
    image, weights, start = (
        rng.standard_normal(length).astype(dtype) for length in (4 * size, 3 * size, size)
    )
    sums, target = start.copy(), start.copy()
    SWEEP[0](image, 0, lanes, patches, places, values, 1, 1 + count, sums, 0, lanes)
    SWEEP[1](target, 0, size, patches, places, values, 1, 1 + count, weights, 0, lanes)
    seen = places[1:, None] * lanes + np.arange(size)
    close(sums, start + values[1:] @ image[seen], dtype)
    close(target, start + values[1:] @ weights.reshape(3, size)[places[1:]], dtype)
