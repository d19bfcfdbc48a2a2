"""tinyconv.kernels.correlation: bands change nothing, and nothing is written outside of `out`."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import conv_cases
from strategies_blocks import bands_chosen_with

from tinyconv.functional import conv2d_backward, conv2d_forward
from tinyconv.kernels import jit
from tinyconv.kernels.bands import Band
from tinyconv.kernels.correlation import correlate
from tinyconv.kernels.panels import pack, pack_bias
from tinyconv.kernels.planes import Phases, Planes
from tinyconv.kernels.plans import Reading


@given(conv_cases(), st.integers(1, 4000), st.sampled_from([0.01, 0.3, 100]), st.booleans())
def test_the_size_of_a_band_and_its_layout_never_change_the_bits(case, cache, copy, parallel):
    y, conv_cache = conv2d_forward(*case)
    whole = [y, *conv2d_backward(y, conv_cache)[:2]]
    with bands_chosen_with(CACHE=cache, COPY=copy), jit.force(parallel=parallel):
        y, conv_cache = conv2d_forward(*case)
        for ours, expected in zip([y, *conv2d_backward(y, conv_cache)[:2]], whole, strict=True):
            assert ours.tobytes() == expected.tobytes()


@given(st.integers(0, 3), st.booleans())
def test_a_reading_with_steps_leaves_the_other_pixels_alone(rows, parallel):
    axis = Phases.of(np.zeros(1, np.int64), 1, 2)
    places = np.array([[0, 0]]), np.array([[1, 2]])
    reading = Reading(np.zeros(1, np.int64), np.array([0, 1]), *places, down=3, across=2, line=2, size=4)
    band = Band(1 + rows, 2, Planes(Phases.of(np.zeros(1, np.int64), 1, 1 + rows), axis), reading, True)
    panels, no_bias = pack(np.full((1, 1, 1, 1), 10.0), groups=1), pack_bias(None, 1, 1, np.dtype(float))
    out = np.full((1, 1, 5, 5), -1.0)
    with jit.force(parallel=parallel):
        correlate(np.arange(4.0).reshape(1, 1, 2, 2), band, panels, no_bias, out)
    expected = np.full((5, 5), -1.0)
    expected[1::3, 2::2] = [[0, 10], [20, 30]]
    np.testing.assert_array_equal(out[0, 0], expected)
