"""tinyconv.kernels.outer: neighbours are cut into chunks, and a sum over pixels is exact on whole numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds

from tinyconv.kernels.outer import Chunks, gradient_of_bias
from tinyconv.kernels.tile import ROWS


@given(st.lists(st.integers(1, 3 * ROWS), min_size=1, max_size=6), st.integers(1, 50))
def test_every_row_lies_in_a_chunk_of_neighbours(runs, gap):
    ends = np.cumsum([length + gap for length in runs])
    positions = np.concatenate(
        [end - gap - length + np.arange(length) for end, length in zip(ends, runs, strict=True)]
    )
    chunks = Chunks.of(positions)
    np.testing.assert_array_equal(chunks.start[chunks.rows // ROWS] + chunks.rows % ROWS, positions)
    assert len(chunks.start) == sum(-(-length // ROWS) for length in runs)


@given(st.integers(0, 3), st.integers(1, 5), st.integers(1, 9), st.integers(1, 9), seeds)
def test_the_gradient_of_the_bias_is_the_sum_over_images_and_pixels(N, F, OH, OW, seed):
    dy = np.random.default_rng(seed).integers(-9, 10, (N, F, OH, OW)).astype(np.float32)
    np.testing.assert_array_equal(gradient_of_bias(dy), dy.sum(axis=(0, 2, 3)))
