"""Health: every number is one that a whole traced run would give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import seeds
from strategies_inspection import METADATA, film, networks

from tinyconv import (
    BatchNorm2d,
    Conv2d,
    DTypeError,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    Sequential,
    ShapeError,
    Sigmoid,
    Tanh,
    trace,
)
from tinyconv.inspection import health
from tinyconv.inspection.health import alike
from tinyconv.inspection.way import named_layers


@settings(max_examples=60)
@given(networks(), st.integers(1, 5), st.integers(1, 3), seeds)
def test_every_layer_has_its_row_and_the_row_is_that_of_the_traced_run(case, N, batch_size, seed):
    network, x = case
    images = np.random.default_rng(seed).standard_normal((N, *x.shape))
    found = health(network, images, metadata=[METADATA] * N, batch_size=batch_size, progress=False)
    arrays = trace(network, images, [METADATA] * N)
    assert [row.name for row in found.layers] == list(named_layers(network))
    for row in found.layers:
        y = arrays[f"{row.name}/output"]
        cells = np.moveaxis(y, 1, 0).reshape(y.shape[1], -1)
        assert row.filters == y.shape[1]
        np.testing.assert_allclose(row.mean, cells.mean(axis=1), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(row.std, cells.std(axis=1), rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(row.low, cells.min(axis=1), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(row.high, cells.max(axis=1), rtol=1e-9, atol=1e-12)


def test_the_network_is_left_as_it_was():
    network = Sequential(conv=Conv2d(1, 2, 3), norm=BatchNorm2d(2), relu=ReLU(), pool=MaxPool2d(2))
    before = network.state_dict(private=True)
    health(network, np.ones((4, 1, 6, 6), np.float32), progress=False)
    assert all((array == before[name]).all() for name, array in network.state_dict(private=True).items())


def test_dead_saturated_and_alike_filters_are_found_by_number():
    conv = Conv2d(1, 4, 3, padding=1, rng=0)
    conv.bias[:] = [0, -99, 99, 0]
    conv.weight[3] = -0.5 * conv.weight[0]
    images = np.random.default_rng(0).standard_normal((16, 1, 6, 6)).astype(np.float32)
    relu = health(Sequential(conv=conv, relu=ReLU(), pool=MaxPool2d(2)), images, progress=False)
    assert relu["relu"].dead.tolist() == [1]
    assert relu["relu"].saturated.tolist() == [2]
    assert relu["relu"].zeros[[1, 2]].tolist() == [1, 0]
    assert relu["conv"].alike.tolist() == [[0, 3]]
    assert relu["conv"].dead.tolist() == relu["pool"].dead.tolist() == []  # only a ReLU kills
    for layer in (Sigmoid(), Tanh()):
        assert health(Sequential(conv, layer), images, progress=False)["1"].saturated.tolist() == [1, 2]


def test_layers_inside_of_others_have_their_rows():
    network = Residual(Sequential(conv=Conv2d(1, 1, 3, padding=1), relu=ReLU()))
    found = health(network, np.ones((1, 1, 4, 4), np.float32), progress=False)
    names = ["Residual.body.conv", "Residual.body.relu", "Residual"]
    assert [row.name for row in found.layers] == names
    assert found.first == names[0]


def test_filters_of_different_groups_and_filters_of_one_tap_are_not_alike():
    grouped = Conv2d(2, 4, 3, groups=2)
    grouped.weight[:] = 1
    assert alike(grouped).tolist() == [[0, 1], [2, 3]]
    assert alike(Conv2d(1, 4, 1)).tolist() == []
    silent = Conv2d(1, 2, 3)
    silent.weight[:] = 0
    assert alike(silent).tolist() == alike(ReLU()).tolist() == []


def test_the_table_says_it_in_words():
    rows, cols = np.mgrid[-3:4, -3:4]
    conv = Conv2d(1, 2, 7, rng=0)
    conv.weight[0, 0], conv.weight[1, 0] = np.cos(rows), np.sin(cols)
    found = health(Sequential(conv1=conv, relu1=ReLU()), np.ones((1, 1, 8, 8), np.float32), progress=False)
    assert found.oriented.tolist() == [1, 1]
    assert (found.filters == conv.weight).all()
    lines = repr(found).splitlines()
    assert lines[0].split() == [
        "name",
        "layer",
        "filters",
        "dead",
        "saturated",
        "alike",
        "mean",
        "std",
        "zeros",
    ]
    assert lines[2].startswith("conv1  Conv2d(1, 2, 7)")
    assert lines[-1] == "2 of 2 filters of conv1 are oriented; of pure noise 1 in 20 would be"
    assert "name relu1" in repr(found["relu1"])


def test_a_network_without_a_convolution_has_no_first_filters():
    found = health(Sequential(Flatten(), Linear(4, 2)), np.ones((3, 1, 2, 2), np.float32), progress=False)
    assert found.first is found.filters is found.oriented is None


def test_metadata_go_with_their_images():
    metadata = [{"t": 1.0}, {"t": -5.0}, {"t": 3.0}]
    layer = film(1, np.random.default_rng(0))
    images = np.ones((3, 1, 2, 2))
    found = health(layer, images, metadata=metadata, batch_size=2, progress=False)
    assert found["FiLM"].mean.item() == pytest.approx(layer(images, metadata)[0].mean())


NETWORK = Sequential(conv=Conv2d(1, 2, 3))
X = np.zeros((2, 1, 8, 8), np.float32)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"network": 3}, DTypeError, r"network \(a int\) must be a layer, like a Sequential"),
        ({"images": X[0]}, ShapeError, r"images \(shape=\(1, 8, 8\)\) must have 4 axes"),
        ({"images": X[:0]}, ShapeError, r"images \(shape=\(0, 1, 8, 8\)\) must hold at least one image"),
        (
            {"images": X[..., :2]},
            ShapeError,
            r"x \(shape=\(1, 1, 8, 2\)\) must fit the network, .*: conv2d: k",
        ),
        ({"metadata": [{}] * 3}, ShapeError, r"metadata \(3 dicts\) must hold one dict per image"),
        ({"batch_size": 0}, ShapeError, r"batch_size \(=0\) must be at least 1"),
    ],
)
def test_what_does_not_fit_is_refused_before_work_starts(change, error, message):
    with pytest.raises(error, match="health: " + message):
        health(**{"network": NETWORK, "images": X, **change})


def test_a_row_that_is_not_there_is_refused():
    with pytest.raises(ShapeError, match=r"health: name \(='relu'\) must be one of conv"):
        health(NETWORK, X, progress=False)["relu"]
