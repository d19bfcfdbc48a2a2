"""tinyconv.kernels.correlation: bands change nothing, and nothing is written outside of `out`."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import ConvCase, conv_cases, dtypes, seeds, values
from strategies_blocks import bandings, bands_chosen_with

from tinyconv.functional import conv2d_backward, conv2d_forward
from tinyconv.functional.block import block_forward
from tinyconv.geometry import Window
from tinyconv.kernels import jit
from tinyconv.kernels.bands import Band
from tinyconv.kernels.correlation import correlate
from tinyconv.kernels.filters import bias_blocks, filter_blocks
from tinyconv.kernels.planes import Phases, Planes
from tinyconv.kernels.plans import Reading
from tinyconv.kernels.tile import ROWS

# two images of which one fills half a line are no image with whole lines
TWO_ABREAST = ConvCase(np.ones((2, 1, 32, 1)), np.ones((9, 1, 1, 1)), None, (1, 2), (0, 1), 1, 1)
ALL_ABREAST = {"CACHE": 1 << 20, "LINE": 1, "WORTH": 1e9}


@example(TWO_ABREAST, ALL_ABREAST, False)
@given(conv_cases(), bandings, st.booleans())
def test_the_size_of_a_band_and_its_layout_never_change_the_bits(case, banding, parallel):
    y, conv_cache = conv2d_forward(*case)
    whole = [y, *conv2d_backward(y, conv_cache)[:2]]
    with bands_chosen_with(**banding), jit.force(parallel=parallel):
        y, conv_cache = conv2d_forward(*case)
        for ours, expected in zip([y, *conv2d_backward(y, conv_cache)[:2]], whole, strict=True):
            assert ours.tobytes() == expected.tobytes()


@given(
    st.tuples(st.integers(1, 2), st.integers(1, 2), st.integers(1, ROWS + 1), st.integers(1, 2)),
    st.tuples(st.integers(3, 6), st.integers(51, 60)),
    st.integers(1, 20_000),
    dtypes,
    seeds,
    st.booleans(),
)
def test_images_read_in_place_make_the_bits_of_those_that_are_laid_out(
    counts, size, cache, dtype, seed, parallel
):
    (N, groups, F, K), pool = counts, Window.of("max_pool2d", 2, 2)
    x, dy = (values(seed, shape, dtype, "plain") for shape in ((N, groups, *size), (N, groups * F, *size)))
    weight = values(seed, (groups * F, 1, K, K), dtype, "plain")

    def run():
        y, conv_cache = conv2d_forward(x, weight, groups=groups)
        back = conv2d_backward(dy[..., : y.shape[2], : y.shape[3]], conv_cache)
        return y, *back[:2], block_forward(x, weight, None, 1, 0, 1, groups, pool)[0]

    with bands_chosen_with(CACHE=cache), jit.force(parallel=parallel):
        in_place = run()
    with pytest.MonkeyPatch.context() as patch, bands_chosen_with():
        patch.setattr(Planes, "are", lambda *_: False)
        for ours, expected in zip(in_place, run(), strict=True):
            assert ours.tobytes() == expected.tobytes()


@given(st.integers(0, 3), st.booleans())
def test_a_reading_with_steps_leaves_the_other_pixels_alone(rows, parallel):
    axis = Phases.of(np.zeros(1, np.int64), 1, 2)
    places = np.array([[0, 0]]), np.array([[1, 2]])
    steps = {"down": 3, "across": 2, "line": 2, "width": 2, "size": 4}
    reading = Reading(np.zeros(1, np.int64), np.array([0, 1]), *places, **steps)
    planes = Planes(Phases.of(np.zeros(1, np.int64), 1, 1 + rows), axis)
    band = Band(1 + rows, 2, planes.lines, reading, is_copied=True)
    filters = filter_blocks(np.full((1, 1, 1, 1), 10.0), groups=1)
    no_bias = bias_blocks(None, 1, 1, np.dtype(float))
    out = np.full((1, 1, 5, 5), -1.0)
    with jit.force(parallel=parallel):
        correlate(np.arange(4.0).reshape(1, 1, 2, 2), band, filters, no_bias, out)
    expected = np.full((5, 5), -1.0)
    expected[1::3, 2::2] = [[0, 10], [20, 30]]
    np.testing.assert_array_equal(out[0, 0], expected)
