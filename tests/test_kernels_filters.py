"""tinyconv.kernels.filters: every weight stands where the tile reads it, zeros where there is none."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds

from tinyconv.kernels.filters import bias_blocks, filter_blocks, turned_blocks
from tinyconv.kernels.tile import ROWS, rows_for

sizes = st.integers(1, 2 * ROWS + 1)


def blocks(F):
    """Return how many blocks of rows F filters take, and the rows of one."""
    rows = rows_for(F)
    return -(-F // rows), rows


@given(st.integers(1, 3), sizes, sizes, st.integers(1, 3), seeds)
def test_blocks_hold_every_weight_once(groups, F, C, k, seed):
    weight = np.random.default_rng(seed).standard_normal((groups * F, C, k, k))
    B, rows = blocks(F)
    made = filter_blocks(weight, groups).reshape(groups, B * rows, C * k * k)
    np.testing.assert_array_equal(made[:, :F], weight.reshape(groups, F, C * k * k))
    assert not made[:, F:].any()


def test_whole_blocks_are_not_copied():
    weight = np.ones((2 * ROWS, 3, 2, 2))
    assert np.shares_memory(filter_blocks(weight, groups=2), weight)
    assert not np.shares_memory(filter_blocks(weight[1:], groups=1), weight)
    assert not np.shares_memory(filter_blocks(weight[..., ::-1], groups=1), weight)


@given(st.integers(1, 3), sizes, sizes, st.integers(1, 3), st.data(), seeds)
def test_blocks_of_the_way_back_hold_the_weights_of_each_phase(groups, F, C, k, data, seed):
    weight = np.random.default_rng(seed).standard_normal((groups * F, C, k, k))
    flat = weight.reshape(groups, F, C, k * k)
    ours = np.arange(flat[0].size).reshape(F, C, k * k)[:, 0].reshape(-1)  # of channel 0
    order = ours[data.draw(st.permutations(range(len(ours))))]
    cut = data.draw(st.integers(1, len(order)))
    phases = [phase for phase in (order[:cut], order[cut:]) if phase.size]
    B, rows = blocks(C)
    made = turned_blocks(weight, groups, phases)
    for phase in phases:
        mine = groups * B * rows * len(phase)
        turned, made = made[:mine].reshape(groups, B * rows, len(phase)), made[mine:]
        f, tap = phase // flat[0, 0].size, phase % (k * k)
        for c in range(B * rows):
            np.testing.assert_array_equal(turned[:, c], flat[:, f, c, tap] if c < C else 0)
    assert made.size == 0


@given(st.integers(1, 3), sizes, st.booleans())
def test_a_bias_is_as_long_as_the_blocks(groups, F, given_one):
    bias = np.arange(1.0, groups * F + 1) if given_one else None
    offsets = bias_blocks(bias, groups * F, groups, np.dtype(float))
    B, rows = blocks(F)
    assert offsets.shape == (groups, B, rows)
    offsets = offsets.reshape(groups, B * rows)
    np.testing.assert_array_equal(offsets[:, :F].reshape(-1), 0 if bias is None else bias)
    assert not offsets[:, F:].any()
