"""tinyconv.kernels.sparse_image: dx from the winners alone has the bits of dx with all zeros."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_blocks import bands_chosen_with, block_cases, gradients_of_the_output

from tinyconv.kernels import jit, plans, sparse_image, threads
from tinyconv.kernels.convolution import image_gradient
from tinyconv.kernels.correlation import correlate
from tinyconv.kernels.host import HOST
from tinyconv.kernels.sparse_image import ImageGradient

pytestmark = pytest.mark.filterwarnings("ignore:(invalid value|overflow):RuntimeWarning")  # as `quietly` does


def dx_of(case):
    """Return dx, made in two parts of a batch."""
    layout = case.layout
    image = ImageGradient(case.weight, case.geometry, layout, case.x)
    image.dx[:] = 12345
    for part in case.parts:
        winners = case.upstream.listed(part, (layout.down, layout.across))
        image.fill(part, winners)
    return image.dx


@given(block_cases(fewest=HOST.lanes(4)), st.integers(1, 40))
def test_dx_has_the_bits_of_the_long_way(case, places):
    dy = gradients_of_the_output(case.upstream)
    with pytest.MonkeyPatch.context() as patch, bands_chosen_with(), jit.force(parallel=case.parallel):
        patch.setattr(sparse_image, "STRIP", case.cache)
        patch.setattr(sparse_image, "PLACES", places)
        patch.setattr(plans, "FILTERS", case.filters)
        dx = dx_of(case)
        expected = image_gradient(partial(correlate, dy), case.x, case.weight, case.geometry)
    np.testing.assert_array_equal(dx, expected)


@given(block_cases(fewest=HOST.lanes(4)))
def test_any_number_of_threads_makes_the_same_bits(case):
    one = dx_of(case)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "get_num_threads", lambda: 3)  # workers: there may be fewer cores
        assert one.tobytes() == dx_of(case).tobytes()


def test_few_channels_and_filters_that_are_not_finite_go_the_long_way():
    lanes = HOST.lanes(4)
    weight = np.ones((2, lanes, 3, 3), np.float32)
    assert ImageGradient.is_exact(weight)
    assert not ImageGradient.is_exact(weight[:, 1:])
    for bad in (np.nan, np.inf):
        weight[1, 0, 2, 2] = bad
        assert not ImageGradient.is_exact(weight)
