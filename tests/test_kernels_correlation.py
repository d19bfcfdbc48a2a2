"""tinyconv.kernels.correlation: bands change nothing, and nothing is written outside of `out`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import conv_cases

from tinyconv.functional import conv2d_backward, conv2d_forward
from tinyconv.kernels import correlation, jit
from tinyconv.kernels.host import HOST
from tinyconv.kernels.panels import pack
from tinyconv.kernels.plans import Reading


@given(conv_cases(), st.integers(1, 4000), st.booleans())
def test_the_size_of_a_band_never_changes_the_bits(case, cache, parallel):
    y, conv_cache = conv2d_forward(*case)
    whole = [y, *conv2d_backward(y, conv_cache)[:2]]
    with pytest.MonkeyPatch.context() as patch, jit.force(parallel=parallel):
        patch.setattr(correlation, "CACHE", cache)
        y, conv_cache = conv2d_forward(*case)
        for ours, expected in zip([y, *conv2d_backward(y, conv_cache)[:2]], whole, strict=True):
            assert ours.tobytes() == expected.tobytes()


def test_a_reading_with_steps_leaves_the_other_pixels_alone():
    planes = np.concatenate([np.arange(4.0), np.zeros(HOST.lanes(8))])  # one image of 2×2, and room behind
    panels, no_bias = pack(np.full((1, 1, 1, 1), 10.0), groups=1), np.zeros(1)
    out = np.full((1, 1, 5, 5), -1.0)
    reading = Reading(np.zeros(1, np.int64), line=2, size=4, first=(1, 2), step=(3, 2))
    correlation.correlate(planes, panels, reading, out, no_bias)
    expected = np.full((5, 5), -1.0)
    expected[1::3, 2::2] = [[0, 10], [20, 30]]
    np.testing.assert_array_equal(out[0, 0], expected)


def test_a_band_fits_the_cache_and_gives_every_thread_work():
    assert correlation.band(rows=100, images=1, image_bytes=100 * correlation.CACHE) == 1
    assert correlation.band(rows=100, images=1000, image_bytes=100) == 100
    assert correlation.band(rows=1, images=1, image_bytes=1) == 1
