"""tinyconv.kernels.sparse_weights: the sums of the winners alone have the bits of the sums with all zeros."""

import numpy as np
import pytest
from hypothesis import given
from strategies_blocks import bands_chosen_with, block_cases, gradients_of_the_output

from tinyconv.kernels import jit, sparse_weights, threads
from tinyconv.kernels.convolution import weight_gradients
from tinyconv.kernels.sparse_weights import WeightSums

pytestmark = pytest.mark.filterwarnings("ignore:(invalid value|overflow):RuntimeWarning")  # as `quietly` does


def sums_of(case):
    """Return the sums over two parts of a batch."""
    layout = case.layout
    sums = WeightSums(case.weight, case.geometry, layout)
    for part in case.parts:
        winners = case.upstream.listed(part, (layout.down, layout.across))
        sums.add(case.x[part], winners)
    return sums


@given(block_cases())
def test_the_sums_have_the_bits_of_the_long_way(case):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparse_weights, "TOGETHER", case.filters)
        with bands_chosen_with(CACHE=case.cache), jit.force(parallel=case.parallel):
            sums = sums_of(case)
    dy = gradients_of_the_output(case.upstream)
    dweight, dbias = weight_gradients(dy.__getitem__, case.x, case.weight, case.geometry)
    assert sums.are_exact
    np.testing.assert_array_equal(sums.dweight(), dweight)
    np.testing.assert_array_equal(sums.dbias, dbias)


@given(block_cases())
def test_an_image_that_is_not_finite_is_told_unless_no_filter_sees_it(case):
    case.x[-1, 0, 0, 0] = np.inf
    sums, (top, left) = sums_of(case), case.geometry.before
    is_seen = top < case.layout.rows and left < case.layout.cols
    assert not (is_seen and sums.are_exact)
    if sums.are_exact:
        dy = gradients_of_the_output(case.upstream)
        dweight, _ = weight_gradients(dy.__getitem__, case.x, case.weight, case.geometry)
        np.testing.assert_array_equal(sums.dweight(), dweight)


@given(block_cases())
def test_any_number_of_threads_makes_the_same_bits(case):
    one = sums_of(case)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "get_num_threads", lambda: 3)  # workers: there may be fewer cores
        several = sums_of(case)
    assert one.dweight().tobytes() == several.dweight().tobytes()
    assert one.dbias.tobytes() == several.dbias.tobytes()
