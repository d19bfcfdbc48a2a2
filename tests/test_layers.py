"""tinyconv.layers: the contract that every layer keeps."""

import threading

import numpy as np
import pytest
import pytorch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import seeds, values
from strategies_layers import RunningMean

from tinyconv import (
    AvgPool2d,
    Conv2d,
    DTypeError,
    Flatten,
    GlobalAvgPool2d,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    ShapeError,
    Sigmoid,
    Tanh,
)
from tinyconv.layers import Layer

X = np.random.default_rng(0).standard_normal((2, 3, 8, 8)).astype(np.float32)

LAYERS = [
    Conv2d(3, 4, 3, padding=1, rng=0),
    Conv2d(3, 6, (3, 2), stride=2, dilation=(1, 2), groups=3, bias=False, rng=0),
    ReLU(),
    MaxPool2d(3, 2, 1, ceil_mode=True),
    AvgPool2d((2, 3), 2, (1, 0), ceil_mode=True, count_include_pad=False),
    GlobalAvgPool2d(),
    Sigmoid(),
    Tanh(),
    Flatten(),
]


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_every_layer_keeps_the_contract(layer):
    """Look, learn, the way back: shapes, names and dtypes fit, and the input stays as it was."""
    before = X.copy()
    y, metadata = layer(X)
    learnt, none, cache = layer.forward(X)
    assert metadata is none is None
    assert y.tobytes() == learnt.tobytes()
    assert y.shape[1:] == layer.output_shape(X.shape[1:])
    dx, gradients = layer.backward(pytorch.upstream(y, 0), cache)
    assert (dx.shape, dx.dtype) == (X.shape, X.dtype)
    assert {name: g.shape for name, g in gradients.items()} == {
        name: p.shape for name, p in layer.parameters().items()
    }
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_each_cache_belongs_to_its_own_call(layer):
    """Two forwards, then two backwards in the same order: a cache kept on the layer would mix them up."""
    first, _, first_cache = layer.forward(X)
    _, _, second_cache = layer.forward(-X)
    dy = pytorch.upstream(first, 0)
    alone = layer.backward(dy, layer.forward(X)[2])
    dx, gradients = layer.backward(dy, first_cache)
    layer.backward(dy, second_cache)
    assert dx.tobytes() == alone[0].tobytes()
    for name, gradient in gradients.items():
        assert gradient.tobytes() == alone[1][name].tobytes()


def test_two_threads_may_use_one_layer():
    layer, results = Conv2d(3, 4, 3, rng=0), {}

    def work(name, x):
        for _ in range(20):
            y, _, cache = layer.forward(x)
            results.setdefault(name, set()).add(layer.backward(y, cache)[0].tobytes())

    threads = [threading.Thread(target=work, args=(name, x)) for name, x in (("+", X), ("-", -X))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: len(bits) for name, bits in results.items()} == {"+": 1, "-": 1}


@given(
    st.sampled_from([(1, 1, 1), (3, 8, 1), (4, 6, 2)]),
    st.sampled_from([1, 3, (2, 5)]),
    seeds,
    st.sampled_from([np.float32, np.float64]),
)
@settings(max_examples=50)
def test_the_initialisation_has_pytorchs_bounds(channels, kernel_size, seed, dtype):
    C, F, groups = channels
    layer = Conv2d(C, F, kernel_size, groups=groups, rng=np.random.default_rng(seed), dtype=dtype)
    theirs = torch.nn.Conv2d(C, F, kernel_size, groups=groups)
    assert layer.weight.shape == tuple(theirs.weight.shape)
    assert layer.weight.dtype == layer.bias.dtype == dtype
    bound = 1 / np.sqrt(layer.weight[0].size)
    assert max(abs(layer.weight).max(), abs(layer.bias).max()) <= bound
    again = Conv2d(C, F, kernel_size, groups=groups, rng=np.random.default_rng(seed), dtype=dtype)
    np.testing.assert_array_equal(layer.weight, again.weight)


def test_the_initialisation_has_pytorchs_spread():
    ours, theirs = Conv2d(16, 64, 3, rng=0).weight, torch.nn.Conv2d(16, 64, 3).weight.detach().numpy()
    assert ours.std() == pytest.approx(theirs.std(), rel=0.05)
    ours, theirs = Linear(128, 64, rng=0).weight, torch.nn.Linear(128, 64).weight.detach().numpy()
    assert ours.std() == pytest.approx(theirs.std(), rel=0.05)


@given(seeds)
@settings(max_examples=20)
def test_a_linear_layer_is_pytorchs(seed):
    layer = Linear(5, 3, rng=seed)
    theirs = torch.nn.Linear(5, 3)
    theirs.load_state_dict({name: torch.from_numpy(p) for name, p in layer.parameters().items()})
    x = values(seed, (4, 5), np.float32, "plain")
    y, _, cache = layer.forward(x)
    dx, gradients = layer.backward(pytorch.upstream(y, seed), cache)
    leaf = pytorch.tensor(x)
    expected = theirs(leaf)
    expected.backward(torch.from_numpy(pytorch.upstream(y, seed)))
    pytorch.assert_same(y, expected, "y")
    pytorch.assert_same(dx, leaf.grad, "dx")
    pytorch.assert_same(gradients["weight"], theirs.weight.grad, "weight", rounding=10)
    pytorch.assert_same(gradients["bias"], theirs.bias.grad, "bias", rounding=10)


def test_a_layer_loads_tensors_and_refuses_what_does_not_fit_without_any_change():
    layer, theirs = Conv2d(3, 4, 3, rng=0), torch.nn.Conv2d(3, 4, 3)
    layer.load_state_dict(dict(theirs.named_parameters()))  # they still require gradients
    np.testing.assert_array_equal(layer.weight, theirs.weight.detach().numpy())
    before = layer.state_dict()
    good = {name: array + 1 for name, array in before.items()}
    for state, error, words in [
        ({"weight": good["weight"]}, ShapeError, r"missing \['bias'\]"),
        ({**good, "gamma": good["bias"]}, ShapeError, r"unknown \['gamma'\]"),
        ({**good, "bias": good["bias"][1:]}, ShapeError, r"bias \(shape=\(3,\)\) must be \(4,\)"),
        ({**good, "bias": np.array(["a"] * 4)}, DTypeError, r"bias \(dtype=<U1\)"),
    ]:
        with pytest.raises(error, match=words):
            layer.load_state_dict(state)
        for name, array in before.items():
            np.testing.assert_array_equal(layer.parameters()[name], array)
    layer.state_dict()["weight"][:] = 7  # a copy: the layer does not change
    np.testing.assert_array_equal(layer.weight, before["weight"])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Conv2d(0, 4, 3), "Conv2d: in_channels (=0) must be at least 1"),
        (lambda: Conv2d(3, 4, 3, groups=2), "Conv2d: groups (=2) must divide in_channels (=3)"),
        (lambda: Conv2d(4, 3, 3, groups=2), "Conv2d: groups (=2) must divide out_channels (=3)"),
        (lambda: Conv2d(3, 4, 3, stride=0), "Conv2d: stride (=0) must be at least 1"),
        (lambda: Conv2d(3, 4, "3"), "Conv2d: kernel_size (='3') must be an int, got str"),
        (lambda: Conv2d(3, 4, 3, dtype=np.float16), "Conv2d: dtype (=float16) must be float32 or float64"),
        (lambda: Linear(3, -1), "Linear: out_features (=-1) must be at least 1"),
        (lambda: Linear(3, 2, dtype=int), "Linear: dtype (=int64) must be float32 or float64"),
        (
            lambda: MaxPool2d(2, padding=2),
            "max_pool2d: padding (=2) must be at most half of kernel_size",
        ),
        (
            lambda: AvgPool2d(2, padding=2),
            "avg_pool2d: padding (=2) must be at most half of kernel_size",
        ),
        (lambda: AvgPool2d(2, stride=0), "avg_pool2d: stride (=0) must be at least 1"),
        (lambda: GlobalAvgPool2d()(np.zeros((2, 3))), "global_avg_pool2d: x (shape=(2, 3)) must have 4 axes"),
        (lambda: Flatten()(np.zeros(3)), "Flatten: x (shape=(3,)) must have at least 2 axes"),
    ],
)
def test_a_layer_names_the_argument_its_value_and_the_rule(make, words):
    with pytest.raises((ShapeError, DTypeError)) as caught:
        make()
    assert str(caught.value).startswith(words)


def test_a_layer_that_computes_nothing_says_so():
    with pytest.raises(NotImplementedError, match="Empty must compute _forward"):
        type("Empty", (Layer,), {})()(X)


@pytest.mark.parametrize("layer", LAYERS, ids=repr)
def test_repr_is_the_call_that_makes_the_layer(layer):
    copy = eval(repr(layer))
    assert repr(copy) == repr(layer)
    assert copy.output_shape((3, 8, 8)) == layer.output_shape((3, 8, 8))


def test_calling_looks_and_forward_learns():
    layer = RunningMean()
    for _ in range(2):
        y, _ = layer(X + 1)
        np.testing.assert_array_equal(y, X + 1)
    np.testing.assert_array_equal(layer.forward(X + 1, training=False)[0], X + 1)
    assert layer.num_batches_tracked == 0
    y, _, _ = layer.forward(X + 1)
    assert abs(y.mean()) < 1e-6
    assert layer.num_batches_tracked == 1
    np.testing.assert_allclose(layer(X + 1)[0], y, atol=1e-6)


def test_a_state_holds_parameters_and_buffers_and_only_a_private_one_holds_the_rest():
    layer = RunningMean()
    assert layer.parameters() == {}
    assert layer.buffers() == layer.all_buffers()
    assert layer.buffers()["running_mean"] is layer.running_mean
    assert list(layer.state_dict()) == ["running_mean", "num_batches_tracked"]
    assert list(layer.state_dict(private=True)) == ["running_mean", "num_batches_tracked", "step"]
    layer.forward(X)
    other = RunningMean()
    other.load_state_dict(layer.state_dict())
    assert (other.num_batches_tracked, other.step) == (1, 0)
    other.load_state_dict(layer.state_dict(private=True), private=True)
    assert other.step == 1
    np.testing.assert_array_equal(other.running_mean, layer.running_mean, strict=True)


def test_a_buffer_loads_in_place_takes_tensors_and_refuses_another_kind_without_any_change():
    layer = RunningMean()
    live = layer.buffers()
    layer.load_state_dict({"running_mean": torch.ones(1), "num_batches_tracked": torch.tensor(7)})
    assert (live["running_mean"].item(), live["num_batches_tracked"].item()) == (1, 7)
    for state, error, words in [
        ({"running_mean": np.zeros(1)}, ShapeError, r"missing \['num_batches_tracked'\]"),
        (
            {"running_mean": np.zeros(1), "num_batches_tracked": np.array(2.0)},
            DTypeError,
            r"num_batches_tracked \(dtype=float64\) must be an array of ints",
        ),
        (
            {"running_mean": np.zeros(1, int), "num_batches_tracked": np.array(2)},
            DTypeError,
            r"running_mean \(dtype=int64\) must be an array of floats",
        ),
        (
            {"running_mean": np.zeros(1), "num_batches_tracked": np.array([2])},
            ShapeError,
            r"num_batches_tracked \(shape=\(1,\)\) must be \(\)",
        ),
    ]:
        with pytest.raises(error, match=words):
            layer.load_state_dict(state)
        assert (layer.running_mean.item(), layer.num_batches_tracked.item()) == (1, 7)


def test_a_network_names_its_layers_buffers_and_keeps_them_out_of_the_parameters():
    shared = RunningMean()
    network = Sequential(conv=Conv2d(3, 2, 3), mean=shared, inner=Sequential(again=shared, relu=ReLU()))
    own = ["mean.running_mean", "mean.num_batches_tracked"]
    again = ["inner.again.running_mean", "inner.again.num_batches_tracked"]
    assert list(network.parameters()) == ["conv.weight", "conv.bias"]
    assert list(network.buffers()) == own
    assert list(network.all_buffers()) == own + again
    assert list(network.state_dict()) == ["conv.weight", "conv.bias", *own, *again]
    network(X)
    assert shared.num_batches_tracked == 0
    network.forward(X)
    assert shared.num_batches_tracked == 2
    fresh = Sequential(
        conv=Conv2d(3, 2, 3), mean=RunningMean(), inner=Sequential(again=RunningMean(), relu=ReLU())
    )
    fresh.load_state_dict(network.state_dict())
    assert fresh(X)[0].tobytes() == network(X)[0].tobytes()
