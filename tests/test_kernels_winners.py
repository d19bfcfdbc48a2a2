"""tinyconv.kernels.winners: images and lists hold the gradient of the convolution's output."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_blocks import block_cases, gradients_of_the_output

from tinyconv.kernels import jit
from tinyconv.kernels.winners import lay_winners


@jit.helper
def lay(*arguments):
    """A helper is called from compiled code."""
    lay_winners(*arguments)


steps = st.tuples(st.integers(1, 100), st.integers(1, 5))

pytestmark = pytest.mark.filterwarnings("ignore:(invalid value|overflow):RuntimeWarning")  # as `quietly` does


@given(block_cases())
def test_the_image_is_that_of_the_gradient_itself(case):
    with jit.force(parallel=case.parallel):
        dense = case.upstream.dense(slice(None))
    np.testing.assert_array_equal(dense, gradients_of_the_output(case.upstream))


@given(
    block_cases(),
    st.integers(-3, 3),
    st.integers(-3, 3),
    st.integers(1, 6),
    st.integers(1, 9),
    st.integers(0, 3),
)
def test_a_window_of_it_may_lie_anywhere(case, h, w, height, width, gap):
    upstream, (OH, OW) = case.upstream, case.upstream.conv_size
    padded = np.pad(gradients_of_the_output(upstream)[-1, -1], 16)
    windows = upstream.windows(slice(None))
    line = width + gap
    flat = np.full(2 + height * line + 2, 99, windows.dy.dtype)
    lines = flat[2:-2].reshape(height, line)
    lines[:, :width] = 0
    lay(windows, len(windows.dy) - 1, h, w, height, width, flat, 2, line)
    rows, cols = np.arange(h, h + height).clip(-1, OH), np.arange(w, w + width).clip(-1, OW)
    np.testing.assert_array_equal(lines[:, :width], padded[rows[:, None] + 16, cols + 16])
    assert (lines[:, width:] == 99).all()
    assert (flat[[0, 1, -2, -1]] == 99).all()


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
