import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinyconv.shapes import DTypeError, ShapeError
from tinyconv.training.optimizers import SGD, Adam

SHAPES = {"conv.weight": (3, 2, 2, 2), "conv.bias": (3,), "scale": (), "nothing": (0, 4)}
TOLERANCE = {np.float32: {"rtol": 2e-5, "atol": 2e-6}, np.float64: {"rtol": 1e-12, "atol": 1e-13}}

rates = st.floats(0, 0.5)
shares = st.floats(0, 0.99)
dtypes = st.sampled_from([np.float32, np.float64])
seeds = st.integers(0, 2**32 - 1)


def draw(rng, dtype):
    return {name: rng.standard_normal(shape).astype(dtype) for name, shape in SHAPES.items()}


def assert_follows_torch(ours, make_theirs, dtype, seed, steps=5):
    rng = np.random.default_rng(seed)
    parameters = draw(rng, dtype)
    tensors = {name: torch.tensor(array) for name, array in parameters.items()}
    theirs = make_theirs(list(tensors.values()))
    for _ in range(steps):
        gradients = draw(rng, dtype)
        for name, tensor in tensors.items():
            tensor.grad = torch.tensor(gradients[name])
        ours.step(parameters, gradients)
        theirs.step()
        for name, tensor in tensors.items():
            assert parameters[name].dtype == dtype
            np.testing.assert_allclose(parameters[name], tensor.numpy(), **TOLERANCE[dtype])


@given(lr=rates, momentum=shares, weight_decay=rates, nesterov=st.booleans(), dtype=dtypes, seed=seeds)
def test_sgd_follows_torch(lr, momentum, weight_decay, nesterov, dtype, seed):
    settings = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
    settings["nesterov"] = nesterov and momentum > 0
    assert_follows_torch(SGD(**settings), lambda tensors: torch.optim.SGD(tensors, **settings), dtype, seed)


@given(
    lr=rates,
    betas=st.tuples(shares, shares),
    eps=st.floats(1e-8, 1),
    weight_decay=rates,
    dtype=dtypes,
    seed=seeds,
)
def test_adam_follows_torch(lr, betas, eps, weight_decay, dtype, seed):
    settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
    assert_follows_torch(Adam(**settings), lambda tensors: torch.optim.Adam(tensors, **settings), dtype, seed)


def test_the_comparison_with_torch_sees_a_wrong_rate():
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_follows_torch(
            SGD(lr=0.1), lambda tensors: torch.optim.SGD(tensors, lr=0.1001), np.float64, seed=0
        )


optimizers = st.sampled_from([SGD(0.1), SGD(0.1, momentum=0.9, weight_decay=0.01, nesterov=True), Adam()])


@given(optimizer=optimizers, before=st.integers(0, 3), dtype=dtypes, seed=seeds)
def test_a_restored_state_goes_on_to_the_same_bits(optimizer, before, dtype, seed):
    rng = np.random.default_rng(seed)
    first = type(optimizer)(**{name: getattr(optimizer, name) for name in optimizer.settings})
    second = type(optimizer)(lr=9.0)
    parameters = draw(rng, dtype)
    for _ in range(before):
        first.step(parameters, draw(rng, dtype))
    stored = {
        name: np.asarray(value) for name, value in first.state_dict().items()
    }  # as a file would keep it
    copies = {name: array.copy() for name, array in parameters.items()}
    second.load_state_dict(stored)
    assert repr(second) == repr(first)
    gradients = draw(rng, dtype)
    first.step(parameters, gradients)
    second.step(copies, gradients)
    for name in SHAPES:
        np.testing.assert_array_equal(parameters[name], copies[name], strict=True)


def test_a_state_dict_holds_copies():
    optimizer, parameters = SGD(0.1, momentum=0.9), {"weight": np.ones(2)}
    optimizer.step(parameters, {"weight": np.ones(2)})
    optimizer.state_dict()["weight/momentum_buffer"][:] = np.nan
    optimizer.step(parameters, {"weight": np.ones(2)})
    assert np.isfinite(parameters["weight"]).all()


@pytest.mark.parametrize("optimizer", [SGD(0.1), SGD(0.1, momentum=0.9), Adam()], ids=repr)
@pytest.mark.parametrize(
    ("parameters", "gradients", "error", "words"),
    [
        ({"a": np.ones(2)}, {}, ShapeError, r"gradients: missing \['a'\]"),
        ({"a": np.ones(2)}, {"a": np.ones(2), "b": np.ones(2)}, ShapeError, r"unknown \['b'\]"),
        (
            {"a": np.ones(2), "b": np.ones(2)},
            {"a": np.ones(2), "b": np.ones(3)},
            ShapeError,
            r"gradients\['b'\]",
        ),
        (
            {"a": np.ones(2), "b": np.ones(1)},
            {"a": np.ones(2), "b": np.ones(1, np.float32)},
            DTypeError,
            "dtype",
        ),
        ({"a": np.ones(2), "b": np.ones(1, int)}, {"a": np.ones(2), "b": np.ones(1)}, DTypeError, "int64"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_changes(optimizer, parameters, gradients, error, words):
    before, state = {name: array.copy() for name, array in parameters.items()}, optimizer.state_dict()
    with pytest.raises(error, match=words):
        optimizer.step(parameters, gradients)
    assert optimizer.state_dict() == state
    for name, array in parameters.items():
        np.testing.assert_array_equal(array, before[name])


def test_a_read_only_parameter_is_refused_before_anything_changes():
    parameters = {"a": np.ones(2), "b": np.ones(2)}
    parameters["b"].flags.writeable = False
    with pytest.raises(ShapeError, match=r"parameters\['b'\] is read-only"):
        SGD(0.1).step(parameters, {"a": np.ones(2), "b": np.ones(2)})
    np.testing.assert_array_equal(parameters["a"], np.ones(2))


def test_an_optimizer_serves_one_set_of_parameters():
    optimizer = Adam()
    optimizer.step({"a": np.ones(2)}, {"a": np.ones(2)})
    with pytest.raises(ShapeError, match="parameters: missing"):
        optimizer.step({"b": np.ones(2)}, {"b": np.ones(2)})
    with pytest.raises(ShapeError, match="exp_avg"):
        optimizer.step({"a": np.ones(3)}, {"a": np.ones(3)})


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: SGD(-1), ShapeError, r"SGD: lr \(=-1\) must be at least 0"),
        (lambda: SGD(float("nan")), ShapeError, r"lr \(=nan\)"),
        (lambda: SGD("0.1"), DTypeError, "must be a number, got str"),
        (lambda: SGD(0.1, nesterov=True), ShapeError, "needs a momentum"),
        (lambda: Adam(betas=(0.9, 1.0)), ShapeError, r"betas\[1\] \(=1.0\) must be at least 0 and below 1"),
        (lambda: Adam(betas=(0.9,)), ShapeError, "pair"),
        (lambda: Adam(betas=0.9), ShapeError, "pair"),
        (lambda: Adam(eps=float("inf")), ShapeError, "finite"),
    ],
)
def test_settings_keep_their_rules(make, error, words):
    with pytest.raises(error, match=words):
        make()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Adam().state_dict(), "state: missing"),
        (SGD(0.1).state_dict() | {"weight/exp_avg": np.ones(2)}, "unknown \\['exp_avg'\\]"),
        (SGD(0.1).state_dict() | {"lr": -1.0}, r"lr \(=-1.0\)"),
        (SGD(0.1).state_dict() | {"steps": -1}, "steps"),
    ],
)
def test_a_foreign_state_is_refused_and_nothing_changes(state, words):
    optimizer = SGD(0.5, momentum=0.9)
    before = optimizer.state_dict()
    with pytest.raises(ShapeError, match=words):
        optimizer.load_state_dict(state)
    assert optimizer.state_dict() == before
