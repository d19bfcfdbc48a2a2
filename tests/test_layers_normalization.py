"""tinyconv.layers.normalization against PyTorch: forward, every gradient, and the running statistics."""

import numpy as np
import pytest
import pytorch
import strategies_encoders
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import dtypes, engines, layouts, seeds, values

from tinyconv import (
    AvgPool2d,
    BatchNorm2d,
    ConditionalBatchNorm2d,
    Conv2d,
    DTypeError,
    Flatten,
    Linear,
    Numeric,
    ReLU,
    Sequential,
    ShapeError,
    set_engine,
    trace,
)

X = np.random.default_rng(0).standard_normal((4, 3, 6, 5)).astype(np.float32)
ZOOM = [{"zoom": number} for number in range(4)]


def torchs(layer):
    """Return PyTorch's layer with the same arguments and the same state."""
    theirs = torch.nn.BatchNorm2d(
        layer.num_features, layer.eps, layer.momentum, layer.affine, layer.track_running_stats
    )
    if layer.state_dict():
        theirs.to(torch.from_numpy(next(iter(layer.state_dict().values()))).dtype)
    theirs.load_state_dict({name: torch.from_numpy(array) for name, array in layer.state_dict().items()})
    return theirs


def assert_same_state(layer, theirs):
    state = layer.state_dict()
    assert list(state) == list(theirs.state_dict())
    for name, tensor in theirs.state_dict().items():
        pytorch.assert_same(state[name], tensor, name, rounding=10)


@given(
    st.data(),
    st.sampled_from([1e-5, 1e-2]),
    st.sampled_from([0.1, 0.5, 1, 0, None]),
    st.booleans(),
    st.booleans(),
    dtypes,
    engines,
    seeds,
)
@settings(max_examples=60)
def test_batch_norm_in_training_and_behind_it_is_pytorchs(
    data, eps, momentum, affine, track, dtype, engine, seed
):
    """Three training steps of different batches, then two looks: states and results go together."""
    layer = BatchNorm2d(3, eps, momentum, affine, track, dtype=dtype)
    for number, array in enumerate(layer.parameters().values()):
        array[...] = values(seed + number, (3,), dtype, "plain")
    theirs = torchs(layer)
    for step, training in enumerate([True, True, True, False, False]):
        theirs.train(training)
        shape = data.draw(st.integers(0, 3)), 3, 2, data.draw(st.integers(1, 4))
        x = data.draw(layouts)(values(seed + step, shape, dtype, "plain"))
        with set_engine(engine):
            y, _, cache = layer.forward(x, training=training)
            dy = pytorch.upstream(y, seed)
            dx, gradients = layer.backward(dy, cache)
        leaf = pytorch.tensor(x)
        expected = theirs(leaf)
        theirs.zero_grad()
        expected.backward(torch.from_numpy(dy))
        pytorch.assert_same(y, expected, "y", rounding=100)
        pytorch.assert_same(dx, leaf.grad, "dx", rounding=100)
        assert gradients.keys() == layer.parameters().keys()
        for name, gradient in gradients.items():
            pytorch.assert_same(gradient, getattr(theirs, name).grad, name, rounding=100)
        assert_same_state(layer, theirs)


def test_a_state_of_pytorchs_loads_straight_in():
    theirs = torch.nn.BatchNorm2d(3)
    theirs(torch.from_numpy(X))
    torch.nn.init.normal_(theirs.weight)
    layer = BatchNorm2d(3)
    layer.load_state_dict(theirs.state_dict())
    pytorch.assert_same(layer(X)[0], theirs.eval()(torch.from_numpy(X)), "y")
    assert layer.num_batches_tracked == 1


def test_a_network_with_batch_norm_learns_as_pytorchs_does():
    network = Sequential(
        Conv2d(3, 4, 3, rng=0), BatchNorm2d(4), ReLU(), AvgPool2d(2), Flatten(), Linear(8, 2, rng=0)
    )
    theirs = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3),
        torch.nn.BatchNorm2d(4),
        torch.nn.ReLU(),
        torch.nn.AvgPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(8, 2),
    )
    network.load_state_dict(theirs.state_dict())
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.1)
    for step in range(5):
        x = values(step, X.shape, np.float32, "plain")
        y, _, cache = network.forward(x)
        dy = pytorch.upstream(y, step)
        gradients = network.backward(dy, cache)[1]
        for name, parameter in network.parameters().items():
            parameter -= np.float32(0.1) * gradients[name]
        optimizer.zero_grad()
        theirs(torch.from_numpy(x)).backward(torch.from_numpy(dy))
        optimizer.step()
    assert_same_state(network, theirs)
    pytorch.assert_same(network(X)[0], theirs.eval()(torch.from_numpy(X)), "y", rounding=10)


@given(st.data(), strategies_encoders.metadata(4), dtypes, engines, st.booleans(), seeds)
@settings(max_examples=60)
def test_conditional_batch_norm_and_every_gradient_are_pytorchs(data, entries, dtype, engine, training, seed):
    """PyTorch's batch_norm without weight and bias, times gamma, plus beta, from the same linear map."""
    layer = ConditionalBatchNorm2d(3, strategies_encoders.every_encoder(seed, dtype), rng=seed, dtype=dtype)
    for number, array in enumerate(layer.parameters().values()):
        array[...] = values(seed + number, array.shape, dtype, "plain")
    layer.running_mean[...] = values(seed, (3,), dtype, "plain")
    layer.running_var[...] = abs(values(seed + 1, (3,), dtype, "plain"))
    running = [torch.from_numpy(array.copy()) for array in (layer.running_mean, layer.running_var)]
    x = data.draw(layouts)(values(seed, (len(entries), 3, 4, 3), dtype, "plain"))
    with set_engine(engine):
        y, _, cache = layer.forward(x, entries, training=training)
        dy = pytorch.upstream(y, seed)
        dx, gradients = layer.backward(dy, cache)

    leaf = pytorch.tensor(x)
    leaves = {name: pytorch.tensor(array) for name, array in layer.parameters().items()}
    own = {name.removeprefix("encoder."): array for name, array in leaves.items()}
    vector = strategies_encoders.torchs_encoder(own, entries, dtype)
    numbers = torch.nn.functional.linear(vector, leaves["linear.weight"], leaves["linear.bias"])
    gamma, beta = numbers.reshape(len(entries), 6, 1, 1).chunk(2, dim=1)
    normalized = torch.nn.functional.batch_norm(leaf, *running, training=training)
    expected = (1 + gamma) * normalized + beta
    expected.backward(torch.from_numpy(dy))
    pytorch.assert_same(y, expected, "y", rounding=100)
    pytorch.assert_same(dx, leaf.grad, "dx", rounding=1000)
    assert gradients.keys() == leaves.keys()
    for name, theirs in leaves.items():
        pytorch.assert_same(gradients[name], theirs.grad, name, rounding=1000)
    for ours, theirs in zip((layer.running_mean, layer.running_var), running, strict=True):
        pytorch.assert_same(ours, theirs, "running statistics")
    assert layer.num_batches_tracked == training


def test_conditional_batch_norm_starts_as_batch_norm_and_everything_learns():
    layer = ConditionalBatchNorm2d(3, Numeric("zoom"), rng=0)
    y, _, cache = layer.forward(X, ZOOM)
    assert abs(y - BatchNorm2d(3).forward(X)[0]).mean() < 0.5
    _, gradients = layer.backward(pytorch.upstream(y, 0), cache)
    assert list(gradients) == list(layer.parameters()) == ["linear.weight", "linear.bias"]
    assert all(gradient.all() for gradient in gradients.values())
    assert list(layer.state_dict()) == [
        "running_mean",
        "running_var",
        "num_batches_tracked",
        "linear.weight",
        "linear.bias",
    ]


def test_the_trace_of_a_conditional_batch_norm_shows_both_its_steps():
    layer = ConditionalBatchNorm2d(3, Numeric("zoom"), rng=0)
    seen = trace(Sequential(cond=layer), X, ZOOM, dy=X, training=True)
    assert list(seen) == [
        "input",
        "cond.norm/mean",
        "cond.norm/var",
        "cond.norm/output",
        "cond.film/gamma",
        "cond.film/beta",
        "cond.film/output",
        "cond/output",
        "cond.film/dx",
        "cond.film/dgamma",
        "cond.film/dbeta",
        "cond.norm/dx",
        "cond/dx",
    ]


NORMS = {
    "own": (lambda: BatchNorm2d(3), None),
    "conditional": (lambda: ConditionalBatchNorm2d(3, Numeric("zoom"), rng=0), ZOOM),
}
norms = pytest.mark.parametrize(("make", "metadata"), NORMS.values(), ids=NORMS.keys())


@norms
def test_looking_changes_nothing_and_learning_moves_the_running_statistics(make, metadata):
    layer = make()
    before = layer.state_dict()
    layer(X, metadata)
    layer.forward(X, metadata, training=False)
    for name, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, before[name], strict=True)
    layer.forward(X, metadata)
    for name, array in layer.buffers().items():
        assert (array != before[name]).all()
    np.testing.assert_allclose(layer.running_mean, 0.1 * X.mean(axis=(0, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(layer.running_var, 0.9 + 0.1 * X.var(axis=(0, 2, 3), ddof=1), rtol=1e-5)


@norms
def test_each_cache_belongs_to_its_own_call(make, metadata):
    """A look, then a training step that moves the running statistics, then the look's way back."""
    layer, alone = make(), make()
    y, _, cache = layer.forward(X, metadata, training=False)
    layer.forward(X + 5, metadata)
    expected = alone.backward(y, alone.forward(X, metadata, training=False)[2])
    dx, gradients = layer.backward(y, cache)
    assert dx.tobytes() == expected[0].tobytes()
    for name, gradient in gradients.items():
        assert gradient.tobytes() == expected[1][name].tobytes()


@norms
@pytest.mark.parametrize("x", [X[:, :2], X[0], X.astype(np.float64), X[:1, :, :1, :1]])
def test_a_refused_call_changes_nothing(make, metadata, x):
    layer = make()
    before = layer.state_dict()
    with pytest.raises((ShapeError, DTypeError)):
        layer.forward(x, metadata and metadata[: len(x)])
    for name, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_metadata_that_are_refused_move_no_running_statistics():
    layer = ConditionalBatchNorm2d(3, Numeric("zoom"))
    with pytest.raises(ShapeError, match=r"ConditionalBatchNorm2d: metadata\[2\]\['zoom'\] is missing"):
        layer.forward(X, [{"zoom": 1}, {"zoom": 2}, {}, {}])
    assert layer.num_batches_tracked == 0
    assert not layer.running_mean.any()


@norms
def test_boxes_stay_where_they_are(make, metadata):
    metadata = [{**entry, "bbox": [1, 1, 3, 4]} for entry in metadata or [{}] * 4]
    _, metadata, _ = make().forward(X, metadata)
    np.testing.assert_array_equal(np.asarray(metadata[3]["bbox"]), [1, 1, 3, 4])


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: BatchNorm2d(0), ShapeError, "BatchNorm2d: num_features (=0) must be at least 1"),
        (lambda: BatchNorm2d(3, eps=0), ShapeError, "BatchNorm2d: eps (=0) must be positive"),
        (lambda: BatchNorm2d(3, momentum=2), ShapeError, "BatchNorm2d: momentum (=2) must be from 0 to 1"),
        (lambda: BatchNorm2d(3, dtype=int), DTypeError, "BatchNorm2d: dtype (=int64) must be float32"),
        (lambda: BatchNorm2d(2)(X), ShapeError, "BatchNorm2d: x (shape=(4, 3, 6, 5)) must have 2 channels"),
        (lambda: BatchNorm2d(3)(X[0]), ShapeError, "BatchNorm2d: x (shape=(3, 6, 5)) must have 4 axes"),
        (
            lambda: ConditionalBatchNorm2d(0, Numeric("zoom")),
            ShapeError,
            "ConditionalBatchNorm2d: num_channels (=0) must be at least 1",
        ),
        (
            lambda: ConditionalBatchNorm2d(3, "zoom"),
            DTypeError,
            "ConditionalBatchNorm2d: encoder (='zoom') must be an encoder",
        ),
        (
            lambda: ConditionalBatchNorm2d(3, Numeric("zoom"), eps=-1),
            ShapeError,
            "ConditionalBatchNorm2d: eps (=-1) must be positive",
        ),
        (
            lambda: ConditionalBatchNorm2d(3, Numeric("zoom"))(X),
            ShapeError,
            "ConditionalBatchNorm2d: metadata (=None) must hold 'zoom'",
        ),
    ],
)
def test_normalization_names_the_argument_its_value_and_the_rule(make, error, words):
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value).startswith(words)


def test_repr_is_the_call_that_makes_the_layer():
    assert repr(BatchNorm2d(3)) == "BatchNorm2d(3)"
    shown = "BatchNorm2d(3, momentum=None, affine=False)"
    assert repr(BatchNorm2d(3, momentum=None, affine=False)) == shown
    shown = "ConditionalBatchNorm2d(3, Numeric('zoom'), eps=0.001)"
    assert repr(ConditionalBatchNorm2d(3, Numeric("zoom"), 1e-3)) == shown


def test_the_summary_counts_one_multiply_add_per_number():
    conv, norm = Sequential(Conv2d(3, 4, 3, padding=1), BatchNorm2d(4)).summary((3, 6, 5))
    assert conv.output_shape == norm.output_shape == norm.multiply_adds == (4, 6, 5)
    assert (norm.parameters, norm.receptive_field) == (8, "3×3")
