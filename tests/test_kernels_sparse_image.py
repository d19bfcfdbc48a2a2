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
from tinyconv.kernels.geometry import Geometry
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


def suits(filters, value=1.0):
    """Return whether the last of filters (F, C, KH, KW), which has that value, may go this way."""
    weight = np.ones(filters, np.float32)
    weight[-1, -1, -1, -1] = value
    geometry = Geometry(filters, (1, 1), (1, 1), (0, 0), filters[2:], (1, 1))
    return ImageGradient.suits(weight, geometry)


def test_few_channels_few_products_and_filters_that_are_not_finite_go_the_long_way():
    lanes = HOST.lanes(4)
    assert suits((8, lanes, 3, 3))
    assert suits((65, lanes, 1, 1))
    assert not suits((64, lanes, 1, 1))
    assert not suits((8, lanes - 1, 3, 3))
    assert not suits((8, lanes, 3, 3), np.nan)
    assert not suits((8, lanes, 3, 3), -np.inf)
