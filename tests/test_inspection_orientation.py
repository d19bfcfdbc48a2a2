"""Gabors are told from white noise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds

from tinyconv.inspection.orientation import coherence, oriented


def gabor(size, angle, wavelength, phase):
    rows, cols = np.mgrid[:size, :size] - (size - 1) / 2
    along = np.cos(angle) * cols + np.sin(angle) * rows
    return np.exp(-(rows**2 + cols**2) / (2 * (size / 4) ** 2)) * np.cos(
        2 * np.pi * along / wavelength + phase
    )


@given(
    st.sampled_from([5, 7, 11]),
    st.floats(0, np.pi),
    st.floats(0, np.pi),
    st.lists(st.floats(-1, 1), min_size=3, max_size=3).filter(lambda colour: max(map(abs, colour)) > 0.1),
)
def test_every_gabor_is_oriented(size, angle, phase, colour):
    filters = np.array(colour)[:, None, None] * gabor(size, angle, size / 1.5, phase)
    assert oriented(filters[None]).item() >= 0.95


@pytest.mark.parametrize("shape", [(1, 3, 3), (3, 3, 3), (1, 7, 7), (3, 11, 11)])
def test_white_noise_has_any_score_alike(shape):
    scores = oriented(np.random.default_rng(0).standard_normal((400, *shape)))
    assert scores.mean() == pytest.approx(0.5, abs=0.05)
    assert (scores >= 0.95).mean() == pytest.approx(0.05, abs=0.03)


@given(seeds, st.integers(1, 3), st.integers(2, 7), st.floats(0.01, 100), st.floats(-10, 10))
def test_coherence_does_not_hang_on_contrast_brightness_sign_or_a_quarter_turn(seed, C, size, gain, offset):
    filters = np.random.default_rng(seed).standard_normal((C, size, size))
    own = coherence(filters)
    assert 0 <= own <= 1 + 1e-12
    for other in (gain * filters, filters + offset, -filters, np.rot90(filters, axes=(1, 2))):
        assert coherence(other) == pytest.approx(own, abs=1e-9)


def test_a_blob_has_no_orientation_and_a_constant_none_either():
    rows, cols = np.mgrid[-3:4, -3:4]
    blob = np.exp(-(rows**2 + cols**2) / 4)
    assert coherence(blob[None]) == pytest.approx(0, abs=1e-12)
    assert oriented(np.stack([blob, np.ones((7, 7))])[:, None]).tolist() == [0, 0]


def test_kernels_without_room_have_no_score():
    for shape in ((2, 1, 1, 1), (2, 3, 2, 5), (2, 1, 5, 2)):
        assert np.isnan(oriented(np.ones(shape))).all()
