"""tinyconv.kernels.panels: every weight stands where the tile reads it, zeros where there is none."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds

from tinyconv.kernels.panels import pack, pack_back
from tinyconv.kernels.tile import ROWS, rows_for

sizes = st.integers(1, 2 * ROWS + 1)


@given(st.integers(1, 3), sizes, sizes, st.integers(1, 3), seeds)
def test_panels_hold_every_weight_once(groups, F, C, k, seed):
    weight = np.random.default_rng(seed).standard_normal((groups * F, C, k, k))
    panels = pack(weight, groups)
    flat = weight.reshape(groups, F, C * k * k)
    for g, b, step, m in np.ndindex(panels.shape):
        f = b * rows_for(F) + m
        assert panels[g, b, step, m] == (flat[g, f, step] if f < F else 0)


@given(st.integers(1, 3), sizes, sizes, st.integers(1, 3), st.data(), seeds)
def test_panels_of_the_way_back_hold_the_chosen_taps(groups, F, C, k, data, seed):
    weight = np.random.default_rng(seed).standard_normal((groups * F, C, k, k))
    taps = np.array(data.draw(st.lists(st.integers(0, k * k - 1), min_size=1, unique=True)))
    panels = pack_back(weight, groups, taps)
    flat = weight.reshape(groups, F, C, k * k)
    for g, b, step, m in np.ndindex(panels.shape):
        f, tap, c = step // len(taps), taps[step % len(taps)], b * rows_for(C) + m
        assert panels[g, b, step, m] == (flat[g, f, c, tap] if c < C else 0)
