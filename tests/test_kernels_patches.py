"""tinyconv.kernels.patches: every weight of a filter meets its pixel, and goes to its slot and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import dtypes, seeds, values
from strategies_blocks import bands_chosen_with

from tinyconv.kernels import jit
from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.host import HOST
from tinyconv.kernels.patch_tile import SIZES
from tinyconv.kernels.patches import fill_table, in_patches, patches_of, places_of, read_table

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
caches = st.integers(1, 8000)  # bytes: one row of a block, or all
channels = st.sampled_from([1, 3, HOST.lanes(4), HOST.lanes(4) + 1, 2 * HOST.lanes(4) + 3])


@given(
    channels,
    pairs,
    pairs,
    pairs,
    st.integers(1, 2),
    pairs,
    pairs,
    pairs,
    dtypes,
    st.booleans(),
    caches,
    seeds,
)
def test_every_weight_meets_its_pixel(
    C, kernel, stride, dilation, groups, outputs, size, before, dtype, parallel, cache, seed
):
    size, lanes = (4 * size[0], 5 * size[1]), HOST.lanes(np.dtype(dtype).itemsize)
    x = values(seed, (2, groups * C, *size), dtype, "plain")
    patches = patches_of(Geometry((1, C, *kernel), stride, dilation, before, size, outputs), lanes)
    with jit.force(parallel=parallel), bands_chosen_with(CACHE=cache):
        flat = in_patches(x, groups, before, patches)
    assert flat.size == 2 * groups * patches.blocks * patches.size + lanes
    every = 2, groups, *outputs, C, *kernel
    for number in np.random.default_rng(seed).integers(0, np.prod(every), 40):
        n, g, oh, ow, c, kh, kw = np.unravel_index(number, every)
        slot = patches.slots[(c * kernel[0] + kh) * kernel[1] + kw]
        block, slot = divmod(slot, len(patches.shifts) * lanes)
        patch = (oh * patches.down + ow * patches.across) * patches.width
        place = ((n * groups + g) * patches.blocks + block) * patches.size + patch
        h, w = oh * stride[0] + kh * dilation[0] - before[0], ow * stride[1] + kw * dilation[1] - before[1]
        pixel = x[n, g * C + c, h, w] if 0 <= h < size[0] and 0 <= w < size[1] else 0
        assert flat[place + patches.shifts[slot // lanes] + slot % lanes] == pixel


@given(channels, pairs, pairs, st.integers(1, 3))
def test_every_weight_has_a_slot_of_its_own_and_comes_back(C, kernel, dilation, groups):
    geometry = Geometry((5, C, *kernel), (1, 1), dilation, (0, 0), (9, 9), (2, 2), groups)
    patches = patches_of(geometry, HOST.lanes(4))
    weight = np.arange(1, groups * 5 * C * kernel[0] * kernel[1] + 1, dtype=np.float32).reshape(
        groups * 5, -1
    )
    table = np.full(patches.table(geometry, HOST.lanes(4)), 7, np.float32)
    fill_table(weight, patches.slots, table)
    assert np.count_nonzero(table) == weight.size
    for own in range(len(weight)):
        assert set(weight[own]) == set(table[own // 5, :, own % 5].reshape(-1)) - {0}
    back = np.zeros_like(weight)
    read_table(table, patches.slots, back)
    np.testing.assert_array_equal(back, weight)


@given(st.integers(1, 60))
def test_vectors_are_cut_into_tiles_that_exist(channels):
    lanes = HOST.lanes(4)
    patches = patches_of(Geometry((1, channels, 3, 5), (1, 1), (1, 1), (0, 0), (3, 5), (1, 1)), lanes)
    assert set(patches.sizes.tolist()) <= set(SIZES)
    assert patches.sizes.sum() == len(patches.shifts)


def test_pixels_that_no_filter_sees_are_nowhere():
    assert places_of((2, 2), (1, 1), 3, 2).tolist() == [3, 6, 5, 6]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@given(seeds, dtypes)
def test_an_image_that_is_not_finite_is_refused(bad, seed, dtype):
    x = values(seed, (2, 3, 4, 5), dtype, "plain")
    geometry = Geometry((1, 3, 2, 2), (1, 1), (1, 1), (0, 0), (4, 5), (3, 4))
    patches = patches_of(geometry, HOST.lanes(x.itemsize))
    assert in_patches(x, 1, (0, 0), patches) is not None
    x.reshape(-1)[seed % x.size] = bad
    assert in_patches(x, 1, (0, 0), patches) is None
