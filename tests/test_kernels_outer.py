"""tinyconv.kernels.outer: gradients are turned and back, and a sum over pixels is exact on whole numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import dtypes, seeds

from tinyconv.kernels import jit
from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.host import HOST
from tinyconv.kernels.outer import WeightGradient, tiles_of, turn_back, turn_gradients
from tinyconv.kernels.planes import split
from tinyconv.kernels.plans import forward_plan

many = st.integers(1, 5 * HOST.lanes(4) + 1)


@given(st.integers(0, 3), st.integers(1, 2), many, st.integers(1, 5), st.integers(1, 60), dtypes, seeds)
def test_turned_gradients_hold_every_number_once_and_zeros(N, groups, filters, OH, OW, dtype, seed):
    dy = np.random.default_rng(seed).standard_normal((N, groups * filters, OH, OW)).astype(dtype)
    turned = turn_gradients(dy, groups)
    _, G, T, _, _, V = turned.shape
    assert V % HOST.lanes(dy.itemsize) == 0
    expected = np.zeros((N, G, T * V, OH, OW), dtype)
    expected[:, :, :filters] = dy.reshape(N, G, filters, OH, OW)
    by_filter = np.moveaxis(turned, 5, 3).reshape(N, G, T * V, OH, OW)
    np.testing.assert_array_equal(by_filter, expected)


@given(st.integers(1, 3), many, st.integers(1, 30), seeds)
def test_sums_are_turned_back(groups, filters, K, seed):
    T, V = tiles_of(filters, 8)
    sums = np.random.default_rng(seed).standard_normal((groups, T, K + 3, V))
    dweight = np.empty((groups, filters, K))
    turn_back(sums, dweight)
    expected = np.moveaxis(sums, 3, 2).reshape(groups, T * V, K + 3)[:, :filters, :K]
    np.testing.assert_array_equal(dweight, expected)


@given(st.integers(1, 4), many, st.integers(1, 3), st.integers(1, 3), st.booleans(), seeds)
def test_the_sums_are_exact_on_whole_numbers_and_parts_change_no_bit(N, filters, C, k, parallel, seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(-9, 10, (N, C, k + 4, k + 3)).astype(np.float32)
    dy = rng.integers(-9, 10, (N, filters, 5, 4)).astype(np.float32)
    planes, reading = forward_plan(
        Geometry((filters, C, k, k), (1, 1), (1, 1), (0, 0), (k + 4, k + 3), (5, 4))
    )
    sums = WeightGradient(reading, 1, filters, x.dtype)
    with jit.force(parallel=parallel):
        for part in (slice(0, N // 2), slice(N // 2, N)):
            sums.add(split(x[part], planes), turn_gradients(dy[part], 1))
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))
    expected = np.einsum("ncijkl,nfij->fckl", windows, dy)
    np.testing.assert_array_equal(sums.dweight(expected.shape), expected)
    np.testing.assert_array_equal(sums.dbias(), dy.sum(axis=(0, 2, 3)))
