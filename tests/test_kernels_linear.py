"""tinyconv.kernels.linear: any size, exact on whole numbers, the same bits on one core and on all."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import dtypes, seeds

from tinyconv import functional
from tinyconv.kernels import jit
from tinyconv.kernels.host import HOST
from tinyconv.kernels.linear import linear_backward, linear_forward, linear_parameter_gradients, product

columns = st.integers(0, 7 * HOST.lanes(4) + 1)  # narrower than a vector, and several strips wide


@given(st.integers(0, 20), st.integers(0, 20), columns, st.booleans(), st.booleans(), dtypes, seeds)
def test_a_product_is_exact_on_whole_numbers(M, K, P, turned, parallel, dtype, seed):
    rng = np.random.default_rng(seed)
    left = rng.integers(-9, 10, (M, K)).astype(dtype)
    right = rng.integers(-9, 10, (P, K) if turned else (K, P)).astype(dtype)
    right = right.T if turned else right
    with jit.force(parallel=parallel):
        np.testing.assert_array_equal(product(left, right), left @ right)


@given(st.integers(1, 40), st.integers(1, 60), st.integers(1, 60), dtypes, seeds)
def test_one_core_and_all_cores_give_the_same_bits(N, D, F, dtype, seed):
    rng = np.random.default_rng(seed)
    x, weight, dy = (rng.standard_normal(shape).astype(dtype) for shape in ((N, D), (F, D), (N, F)))
    found = []
    for parallel in (False, True):
        with jit.force(parallel=parallel):
            found.append([linear_forward(x, weight, None), *linear_backward(dy, x, weight)])
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


@given(st.integers(1, 3), st.integers(0, 2), st.sampled_from([np.nan, np.inf, -np.inf]))
def test_what_is_not_finite_stays_in_its_row(N, row, value):
    x = np.ones((3, 5), np.float32)
    x[row, 2] = value
    y, _ = functional.linear_forward(x, np.ones((N, 5), np.float32))
    assert np.isfinite(np.delete(y, row, axis=0)).all()
    np.testing.assert_array_equal(y[row], np.full(N, value, np.float32))


def test_the_parameters_gradients_are_those_of_the_way_back():
    rng = np.random.default_rng(0)
    x, weight, dy = (rng.standard_normal(shape) for shape in ((4, 7), (5, 7), (4, 5)))
    for one, other in zip(linear_parameter_gradients(dy, x), linear_backward(dy, x, weight)[1:], strict=True):
        np.testing.assert_array_equal(one, other)
