"""tinyconv.kernels.winners: planes and lists hold the gradient of the convolution's output."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_blocks import block_cases, gradients_of_the_output

from tinyconv.kernels import jit
from tinyconv.kernels.planes import split
from tinyconv.kernels.plans import backward_plan

steps = st.tuples(st.integers(1, 100), st.integers(1, 5))

pytestmark = pytest.mark.filterwarnings("ignore:(invalid value|overflow):RuntimeWarning")  # as `quietly` does


@given(block_cases())
def test_the_planes_are_those_of_the_gradient_itself(case):
    dconv, (rows, cols) = gradients_of_the_output(case.upstream), case.upstream.conv_size
    planes = backward_plan(
        (case.weight.shape[0], 1, 3, 2), (1, 2), (2, 1), (1, 0), (rows + 2, 2 * cols + 1)
    ).planes
    expected = split(dconv, planes).copy()
    with jit.force(parallel=case.parallel):
        ours = case.upstream.in_planes(slice(None), planes).copy()
        dense = case.upstream.dense(slice(None))
    np.testing.assert_array_equal(ours, expected)
    np.testing.assert_array_equal(dense, dconv)


@given(block_cases(), steps)
def test_the_lists_hold_every_number_once_by_rows_of_outputs(case, step):
    dconv = gradients_of_the_output(case.upstream)
    with jit.force(parallel=case.parallel):
        lists = case.upstream.listed(slice(None), step)
    for number, image in enumerate(dconv.reshape(-1, *dconv.shape[2:])):
        rows, cols = np.nonzero(image)
        count = len(rows)
        assert lists.starts[number].tolist() == np.searchsorted(rows, range(len(image) + 1)).tolist()
        np.testing.assert_array_equal(lists.places[number, :count], rows * step[0] + cols * step[1])
        np.testing.assert_array_equal(lists.values[number, :count], image[rows, cols])
        tolerance = 1e-5 if image.dtype == np.float32 else 1e-13
        np.testing.assert_allclose(lists.sums[number], image.sum(), rtol=tolerance, atol=tolerance)
