"""tinyconv.network: the chain, its names, and its trace."""

import numpy as np
import pytest
import pytorch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import engines, seeds, values
from strategies_layers import RunningMean
from torch import nn

from tinyconv import (
    Conv2d,
    DTypeError,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    ShapeError,
    set_engine,
    trace,
)


def small(**options):
    return Sequential(
        conv1=Conv2d(2, 4, 3, padding=1, rng=0, **options),
        relu1=ReLU(),
        pool1=MaxPool2d(2),
        conv2=Conv2d(4, 6, 3, groups=2, rng=1, **options),
        flatten=Flatten(),
        fc=Linear(6 * 2 * 2, 3, rng=2, **options),
    )


def theirs():
    layers = [nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, groups=2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(24, 3))


@given(seeds, st.integers(0, 3), engines)
@settings(max_examples=30)
def test_a_network_is_pytorchs_forward_and_every_gradient(seed, N, engine):
    torch.manual_seed(seed % 1000)
    judge = theirs()
    network = Sequential(*small().layers.values())
    network.load_state_dict(judge.state_dict())
    x = values(seed, (N, 2, 8, 8), np.float32, "plain")
    with set_engine(engine):
        y, _, cache = network.forward(x)
        dy = pytorch.upstream(y, seed)
        dx, gradients = network.backward(dy, cache)
    leaf = pytorch.tensor(x)
    expected = judge(leaf)
    expected.backward(torch.from_numpy(dy))
    pytorch.assert_same(y, expected, "y", rounding=10)
    pytorch.assert_same(dx, leaf.grad, "dx", rounding=10)
    assert set(gradients) == {name for name, _ in judge.named_parameters()}
    for name, parameter in judge.named_parameters():
        pytorch.assert_same(gradients[name], parameter.grad, name, rounding=100)


@pytest.mark.parametrize("engine", ["loops", "numpy", "numba"])
def test_parameter_gradients_are_those_of_the_way_back(engine):
    rng = np.random.default_rng(0)
    block = Conv2d(2, 3, 3, padding=1, rng=rng), ReLU(), MaxPool2d(2)
    dense = Flatten(), Linear(12, 2, rng=rng)
    first = Conv2d(2, 2, 3, padding=1, bias=False, rng=rng)
    for layers in ((*block, *dense), (first, Sequential(*block)), block, (Sequential(first, ReLU()), *block)):
        network, x = Sequential(*layers), rng.standard_normal((2, 2, 5, 5), np.float32)
        with set_engine(engine):
            y, _, cache = network.forward(x)
            dy = pytorch.upstream(y, 1)
            expected, found = network.backward(dy, cache)[1], network.parameter_gradients(dy, cache)
        assert list(found) == list(expected)
        for name, gradient in found.items():
            np.testing.assert_array_equal(gradient, expected[name], err_msg=name)


def test_names_are_pytorchs_also_when_nested():
    network = Sequential(features=Sequential(conv=Conv2d(1, 2, 3)), head=Sequential(Flatten(), Linear(8, 2)))
    assert list(network.parameters()) == [
        "features.conv.weight",
        "features.conv.bias",
        "head.1.weight",
        "head.1.bias",
    ]
    y, _, cache = network.forward(np.ones((1, 1, 4, 4), np.float32))
    assert set(network.backward(y, cache)[1]) == set(network.parameters())
    assert list(network.state_dict()) == list(network.parameters())


def test_a_layer_that_stands_twice_gets_the_sum_of_its_gradients():
    shared = Conv2d(2, 2, 3, padding=1, rng=0, dtype=np.float64)
    network = Sequential(a=shared, relu=ReLU(), b=Sequential(again=shared))
    assert list(network.parameters()) == ["a.weight", "a.bias"]
    assert list(network.state_dict()) == ["a.weight", "a.bias", "b.again.weight", "b.again.bias"]
    x = np.random.default_rng(0).standard_normal((1, 2, 5, 5))
    y, _, cache = network.forward(x)
    dx, gradients = network.backward(np.ones_like(y), cache)

    weight, bias, leaf = (pytorch.tensor(array) for array in (shared.weight, shared.bias, x))
    hidden = torch.relu(nn.functional.conv2d(leaf, weight, bias, padding=1))
    nn.functional.conv2d(hidden, weight, bias, padding=1).sum().backward()
    pytorch.assert_same(dx, leaf.grad, "dx")
    pytorch.assert_same(gradients["a.weight"], weight.grad, "weight")
    pytorch.assert_same(gradients["a.bias"], bias.grad, "bias")


def test_metadata_goes_through_a_network_under_the_layers_names():
    metadata = [{"bbox": [0, 0, 4, 4], "class": "cat"}, {"bbox": [4, 4, 8, 8], "class": "dog"}]
    _, carried = small()(np.zeros((2, 2, 8, 8), np.float32), metadata)
    assert [step.name for step in carried.history] == ["input", *small().layers]
    np.testing.assert_array_equal(np.asarray(carried[1].at("pool1")["bbox"]), [2, 2, 4, 4])
    assert [one["class"] for one in carried] == ["cat", "dog"]
    assert metadata == [{"bbox": [0, 0, 4, 4], "class": "cat"}, {"bbox": [4, 4, 8, 8], "class": "dog"}]


def test_a_trace_is_the_real_run():
    network, x = small(), values(0, (2, 2, 8, 8), np.float32, "plain")
    y, _, cache = network.forward(x)
    dx, gradients = network.backward(np.ones_like(y), cache)
    seen = trace(network, x, dy=np.ones_like(y))
    assert list(seen)[:8] == [
        "input",
        "conv1/padded",
        "conv1/columns",
        "conv1/output",
        "relu1/output",
        "pool1/output",
        "pool1/indices",
        "conv2/padded",
    ]
    assert seen.output.tobytes() == seen["fc/output"].tobytes() == y.tobytes()
    assert seen["conv1/dx"].tobytes() == dx.tobytes()
    for name, gradient in gradients.items():
        layer, parameter = name.split(".")
        assert seen[f"{layer}/d{parameter}"].tobytes() == seen.gradients[name].tobytes() == gradient.tobytes()


@pytest.mark.parametrize("engine", ["loops", "numpy", "numba"])
def test_the_arrays_of_a_trace_fit_together(engine):
    """The columns times the filters are the output, and the gradient of the columns adds up to dx."""
    network, x = small(dtype=np.float64), values(0, (2, 2, 8, 8), np.float64, "plain")
    with set_engine(engine):
        seen = trace(network, x, dy=np.ones((2, 3)))
    np.testing.assert_array_equal(seen["conv1/padded"], np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))))
    if engine != "numba":
        np.testing.assert_array_equal(seen["conv1/dpadded"][:, :, 1:-1, 1:-1], seen["conv1/dx"])
    if engine != "loops":
        product = network["conv1"].weight.reshape(4, -1) @ seen["conv1/columns"][:, 0]
        by_hand = product.reshape(2, 4, 8, 8) + network["conv1"].bias[:, None, None]
        np.testing.assert_allclose(by_hand, seen["conv1/output"])


def test_a_trace_looks_unless_it_is_told_to_train():
    network, x = Sequential(mean=RunningMean(np.float64)), np.full((1, 1, 2, 2), 3.0)
    np.testing.assert_array_equal(trace(network, x)["mean/output"], x)
    assert network["mean"].num_batches_tracked == 0
    np.testing.assert_array_equal(trace(network, x, training=True)["mean/output"], x - 3)
    assert network["mean"].num_batches_tracked == 1


def test_a_trace_is_kept_from_harm_and_tells_what_there_is():
    seen = trace(small(), np.zeros((1, 2, 8, 8), np.float32))
    with pytest.raises(ValueError, match="read-only"):
        seen["input"][:] = 1
    with pytest.raises(ShapeError, match=r"trace: name \(='conv9/output'\) must be one of \['input', "):
        seen["conv9/output"]
    assert len(seen) == len(list(seen)) == repr(seen).count("\n") + 1


def test_a_trace_says_whether_it_has_an_array():
    seen = trace(Sequential(relu=ReLU()), np.ones((1, 1, 2, 2)))
    assert "relu/output" in seen
    assert "conv/output" not in seen


def test_layers_are_found_by_name_and_by_number():
    network = small()
    assert network["conv2"] is network[3] is network[-3]
    assert len(network) == 6
    for key in ("conv9", 6, -7, 1.5):
        with pytest.raises(ShapeError, match="Sequential: key"):
            network[key]


def test_a_network_refuses_what_is_not_a_layer_and_what_does_not_fit():
    with pytest.raises(DTypeError, match=r"Sequential: 1 .* must be a layer"):
        Sequential(ReLU(), np.tanh)
    with pytest.raises(ShapeError, match="all numbered or all named"):
        Sequential(ReLU(), relu=ReLU())
    with pytest.raises(ShapeError, match="at least one"):
        Sequential()
    network = small()
    before = network.state_dict()
    state = {name: array + 1 for name, array in before.items()}
    state["fc.bias"] = state["fc.bias"][:2]
    with pytest.raises(ShapeError, match=r"fc.bias \(shape=\(2,\)\) must be \(3,\)"):
        network.load_state_dict(state)
    for name, array in network.parameters().items():
        np.testing.assert_array_equal(array, before[name])
