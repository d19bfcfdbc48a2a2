"""tinyconv.functional.normalization against PyTorch, on all three rungs."""

import numpy as np
import pytest
import pytorch
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import dtypes, engines, kinds, layouts, seeds, values

from tinyconv import DTypeError, ShapeError, set_engine
from tinyconv.functional import batch_norm_backward, batch_norm_forward, running_statistics
from tinyconv.kernels import jit

X = np.random.default_rng(0).standard_normal((4, 3, 5, 5))
RUNNING = {"running_mean": np.zeros(3), "running_var": np.ones(3)}
ROUNDING = 10  # a channel of equal values divides rounding errors by √eps


@st.composite
def batch_norm_cases(draw):
    """Draw x (N, C, …), the arguments, and whether to train: (N, C) and maps, without weight or bias too."""
    dtype, C, training = draw(dtypes), draw(st.integers(1, 3)), draw(st.booleans())
    behind = draw(st.just(()) | st.tuples(st.integers(1, 6), st.integers(1, 60)))
    shape = draw(st.integers(0, 4)), C, *behind
    x = draw(layouts)(values(draw(seeds), shape, dtype, draw(kinds)))
    if training and x.size == C:  # one value per channel
        x = np.concatenate([x, x + 1])
    draw_vector = seeds.map(lambda seed: values(seed, (C,), dtype, "plain"))
    running = draw(draw_vector), np.abs(draw(draw_vector))
    return x, *running, draw(st.none() | draw_vector), draw(st.none() | draw_vector), training


@given(
    batch_norm_cases(),
    st.sampled_from([1e-5, 1e-3, 0.5]),
    st.sampled_from([0, 0.1, 1]),
    engines,
    seeds,
    st.booleans(),
)
def test_batch_norm_every_gradient_and_the_running_statistics_are_pytorchs(
    case, eps, momentum, engine, seed, parallel
):
    x, mean, var, weight, bias, training = case
    with set_engine(engine), jit.force(parallel=parallel):
        y, cache = batch_norm_forward(*case, eps=eps)
        dy = pytorch.upstream(y, seed)
        gradients = batch_norm_backward(dy, cache)
        running = running_statistics(mean, var, cache, momentum) if training else (mean, var)

    leaves = [None if array is None else pytorch.tensor(array) for array in (x, weight, bias)]
    theirs = torch.from_numpy(mean.copy()), torch.from_numpy(var.copy())
    expected = torch.nn.functional.batch_norm(
        leaves[0], *theirs, *leaves[1:], training=training, momentum=momentum, eps=eps
    )
    expected.backward(torch.from_numpy(dy))
    pytorch.assert_same(y, expected, "y", ROUNDING)
    for name, gradient, leaf in zip(("dx", "dweight", "dbias"), gradients, leaves, strict=True):
        assert (gradient is None) == (leaf is None)
        if leaf is not None:
            pytorch.assert_same(gradient, leaf.grad, name, ROUNDING)
    for name, ours, tensor in zip(("running_mean", "running_var"), running, theirs, strict=True):
        pytorch.assert_same(ours, tensor, name)


@pytest.mark.parametrize("engine", ["loops", "numpy", "numba"])
def test_a_channel_far_from_0_loses_nothing(engine):
    """The mean is taken off before anything is squared."""
    x = values(0, (8, 2, 7, 7), np.float64, "plain")
    with set_engine(engine):
        near, _ = batch_norm_forward(x, training=True)
        far, cache = batch_norm_forward(x + 1e6, training=True)
    np.testing.assert_allclose(far, near, atol=1e-8)
    np.testing.assert_allclose(cache.var, x.var(axis=(0, 2, 3)), rtol=1e-8)


@pytest.mark.parametrize("engine", ["loops", "numpy", "numba"])
def test_a_training_gradient_neither_shifts_nor_scales_a_channel(engine):
    with set_engine(engine):
        y, cache = batch_norm_forward(X, training=True, eps=1e-12)
        dx, _, _ = batch_norm_backward(pytorch.upstream(y, 1), cache)
    np.testing.assert_allclose(dx.sum(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose((dx * X).sum(axis=(0, 2, 3)), 0, atol=1e-9)


@pytest.mark.parametrize("engine", ["loops", "numpy", "numba"])
@pytest.mark.parametrize("shape", [(0, 3, 2, 2), (2, 3, 0, 4), (0, 3)])
def test_a_batch_of_nothing_moves_nothing(engine, shape):
    with set_engine(engine):
        y, cache = batch_norm_forward(np.zeros(shape), weight=np.ones(3), bias=np.ones(3), training=True)
        dx, dweight, dbias = batch_norm_backward(y, cache)
    assert y.shape == dx.shape == shape
    np.testing.assert_array_equal([dweight, dbias], np.zeros((2, 3)))
    np.testing.assert_array_equal(running_statistics(*RUNNING.values(), cache, 0.5), [*RUNNING.values()])


def test_nothing_is_changed_in_place_and_a_later_change_does_not_reach_the_cache():
    running = {name: array.copy() for name, array in RUNNING.items()}
    _, cache = batch_norm_forward(X, **running)
    for name, array in running.items():
        np.testing.assert_array_equal(array, RUNNING[name])
        array += 7
    np.testing.assert_array_equal([cache.mean, cache.var], [*RUNNING.values()])


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"running_mean": None}, ShapeError, "running_mean and running_var (=None) must be arrays"),
        ({"running_var": np.ones(4)}, ShapeError, "running_var (shape=(4,)) must be (3,), one number per"),
        ({"weight": np.ones((3, 1))}, ShapeError, "weight (shape=(3, 1)) must have 1 axes"),
        ({"bias": np.ones(3, np.float32)}, DTypeError, "all arrays must have one dtype, but x is float64"),
        ({"eps": 0}, ShapeError, "eps (=0) must be positive"),
        ({"eps": "small"}, DTypeError, "eps (='small') must be a number"),
        ({"x": np.ones(3)}, ShapeError, "x (shape=(3,)) must have at least 2 axes"),
        ({"x": np.ones((2, 3), int)}, DTypeError, "x (dtype=int64)"),
        (
            {"x": X[:1, :, :1, :1], "training": True},
            ShapeError,
            "x (shape=(1, 3, 1, 1)) must hold more than one",
        ),
    ],
)
def test_batch_norm_names_the_argument_its_value_and_the_rule(arguments, error, words):
    with pytest.raises(error) as caught:
        batch_norm_forward(**{"x": X, **RUNNING, **arguments})
    assert str(caught.value).startswith(f"batch_norm: {words}")


def test_batch_norm_backward_refuses_a_gradient_that_is_not_like_y():
    y, cache = batch_norm_forward(X, **RUNNING)
    with pytest.raises(ShapeError, match=r"batch_norm_backward: .* the shape of y"):
        batch_norm_backward(y[1:], cache)
    with pytest.raises(DTypeError, match="dy is float32, x is float64"):
        batch_norm_backward(y.astype(np.float32), cache)


def test_running_statistics_refuse_what_does_not_fit():
    cache = batch_norm_forward(X, training=True)[1]
    with pytest.raises(ShapeError, match=r"running_statistics: momentum \(=2\) must be from 0 to 1"):
        running_statistics(np.zeros(3), np.ones(3), cache, 2)
    with pytest.raises(ShapeError, match=r"running_statistics: running_var \(shape=\(4,\)\) must be \(3,\)"):
        running_statistics(np.zeros(3), np.ones(4), cache, 0.1)
    with pytest.raises(DTypeError, match="running_mean is float32, running_var is float64"):
        running_statistics(np.zeros(3, np.float32), np.ones(3), cache, 0.1)
    with pytest.raises(ShapeError, match=r"cache \(training=False\) must be of a forward pass in training"):
        running_statistics(*RUNNING.values(), batch_norm_forward(X, **RUNNING)[1], 0.1)
