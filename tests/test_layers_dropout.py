"""tinyconv.layers.dropout: drops in training only, with a stream that can be repeated and resumed."""

import numpy as np
import pytest
import pytorch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import dtypes, images, seeds

from tinyconv import Dropout, DTypeError, Sequential, ShapeError, trace

X = np.random.default_rng(0).standard_normal((2, 3, 8, 8)).astype(np.float32)


@given(st.data(), st.floats(0, 1), seeds)
@settings(max_examples=50)
def test_looking_drops_nothing_and_changes_nothing(data, p, seed):
    x = data.draw(images(2, data.draw(dtypes)))
    layer = Dropout(p, seed=seed)
    for y in (layer(x)[0], layer.forward(x, training=False)[0]):
        np.testing.assert_array_equal(y, x, strict=True)
    assert layer.step == 0


@pytest.mark.parametrize("p", [0, 0.1, 0.5, 0.9, 1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_in_training_a_share_of_p_is_dropped_and_the_mean_stays(p, dtype):
    x = np.ones((10, 4, 50, 50), dtype)
    y, _, cache = Dropout(p, seed=1).forward(x)
    assert y.dtype == dtype
    assert (y == 0).mean() == pytest.approx(p, abs=0.005)
    np.testing.assert_allclose(y[y != 0], 1 / (1 - p) if p < 1 else 0, rtol=1e-6)
    dy = pytorch.upstream(y, 0)
    dx, gradients = Dropout(p).backward(dy, cache)
    np.testing.assert_allclose(dx, dy * y, rtol=1e-6)
    assert gradients == {}


def test_every_step_drops_others_and_a_seed_repeats_them_all():
    first, again, other = Dropout(seed=7), Dropout(seed=7), Dropout(seed=8)
    steps = [first.forward(X)[0].tobytes() for _ in range(5)]
    assert len(set(steps)) == 5
    assert [again.forward(X)[0].tobytes() for _ in range(5)] == steps
    assert not {other.forward(X)[0].tobytes() for _ in range(5)} & set(steps)


def test_the_mask_does_not_depend_on_the_dtype():
    kept = [Dropout(seed=3).forward(X.astype(dtype))[2].mask for dtype in (np.float32, np.float64)]
    np.testing.assert_array_equal(*kept)


def test_two_layers_of_a_network_drop_different_places_even_with_one_seed():
    network = Sequential(first=Dropout(), inner=Sequential(second=Dropout()))
    seen = trace(network, np.ones_like(X), training=True)
    assert (seen["first/mask"] != seen["inner.second/mask"]).any()


def test_a_trace_has_the_bits_of_the_run():
    network = Sequential(Dropout(seed=1), Dropout(seed=1))
    traced = trace(network, X, training=True).output
    again = Sequential(Dropout(seed=1), Dropout(seed=1)).forward(X)[0]
    assert traced.tobytes() == again.tobytes()


def test_the_place_in_the_stream_is_private_and_goes_on_where_it_stood():
    layer, resumed = Dropout(seed=5), Dropout(seed=5)
    for _ in range(3):
        layer.forward(X)
    assert (layer.parameters(), layer.state_dict()) == ({}, {})
    resumed.load_state_dict(layer.state_dict(private=True), private=True)
    assert resumed.forward(X)[0].tobytes() == layer.forward(X)[0].tobytes()


def test_each_cache_belongs_to_its_own_call():
    layer = Dropout()
    first, _, first_cache = layer.forward(np.ones_like(X))
    second, _, second_cache = layer.forward(np.ones_like(X))
    np.testing.assert_array_equal(layer.backward(np.ones_like(X), first_cache)[0], first)
    np.testing.assert_array_equal(layer.backward(np.ones_like(X), second_cache)[0], second)


def test_a_refused_call_changes_nothing():
    layer = Dropout()
    with pytest.raises(DTypeError, match=r"Dropout: x \(dtype=int64\)"):
        layer.forward(np.ones((2, 3), int))
    assert layer.step == 0


def test_boxes_stay_where_they_are():
    _, metadata, _ = Dropout().forward(X[:1], {"bbox": [2, 2, 6, 6]})
    np.testing.assert_array_equal(np.asarray(metadata["bbox"]), [2, 2, 6, 6])


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Dropout(1.1), ShapeError, "Dropout: p (=1.1) must be from 0 to 1"),
        (lambda: Dropout("0.5"), DTypeError, "Dropout: p (='0.5') must be a number, got str"),
        (lambda: Dropout(seed=-1), ShapeError, "Dropout: seed (=-1) must be at least 0"),
        (lambda: Dropout(seed=None), DTypeError, "Dropout: seed (=None) must be an int"),
    ],
)
def test_dropout_names_the_argument_its_value_and_the_rule(make, error, words):
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value).startswith(words)


def test_repr_is_the_call_that_makes_the_layer():
    assert repr(Dropout()) == "Dropout()"
    assert repr(Dropout(0.2, seed=3)) == "Dropout(p=0.2, seed=3)"
