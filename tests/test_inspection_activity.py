"""What comes by is counted as if all images had come at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds

from tinyconv import ReLU, Sigmoid, Tanh
from tinyconv.inspection.activity import Activity, saturates


@given(seeds, st.lists(st.integers(1, 5), min_size=1, max_size=4), st.floats(-1e6, 1e6), st.booleans())
def test_however_the_batches_are_cut_the_statistics_are_those_of_the_whole(seed, sizes, offset, dense):
    rng = np.random.default_rng(seed)
    shape = (3,) if dense else (3, 2, 4)
    parts = [np.maximum(rng.standard_normal((size, *shape)), 0) + offset for size in sizes]
    activity = Activity(ReLU())
    for part in parts:
        activity.add(part)
    whole = np.moveaxis(np.concatenate(parts), 1, 0).reshape(3, -1)
    np.testing.assert_allclose(activity.mean, whole.mean(axis=1), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(activity.std, whole.std(axis=1), rtol=1e-6, atol=1e-9)
    assert (activity.low == whole.min(axis=1)).all()
    assert (activity.high == whole.max(axis=1)).all()
    np.testing.assert_allclose(activity.zeros, (whole == 0).mean(axis=1))
    np.testing.assert_allclose(activity.saturated, (whole > 0).mean(axis=1))


@pytest.mark.parametrize("layer", [Sigmoid(), Tanh()])
def test_a_sigmoid_saturates_where_its_slope_is_a_twentieth_of_the_steepest(layer):
    x = np.linspace(-8, 8, 1001)[None]
    y, _, cache = layer.forward(x)
    slope, _ = layer.backward(np.ones_like(x), cache)
    assert (saturates(layer, y) == (slope < slope.max() / 20)).all()
    assert saturates(layer, y).any()
