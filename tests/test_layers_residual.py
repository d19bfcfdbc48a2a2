"""tinyconv.layers.residual against PyTorch; metadata and the mode go through the body."""

import numpy as np
import pytest
import pytorch
import torch
from hypothesis import given, settings
from strategies import dtypes, engines, seeds, values
from strategies_layers import RunningMean

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
from tinyconv.layers import FiLM, Numeric, Residual


@given(dtypes, engines, seeds)
@settings(max_examples=20)
def test_a_residual_block_and_every_gradient_are_pytorchs(dtype, engine, seed):
    conv1, conv2 = (Conv2d(2, 2, 3, padding=1, rng=seed + i, dtype=dtype) for i in (0, 1))
    layer = Residual(Sequential(conv1, ReLU(), conv2))
    x = values(seed, (2, 2, 5, 4), dtype, "plain")
    with set_engine(engine):
        y, _, cache = layer.forward(x)
        dy = pytorch.upstream(y, seed)
        dx, gradients = layer.backward(dy, cache)
    leaf = pytorch.tensor(x)
    leaves = {name: pytorch.tensor(array) for name, array in layer.parameters().items()}
    first, second = ((leaves[f"body.{i}.weight"], leaves[f"body.{i}.bias"]) for i in (0, 2))
    hidden = torch.relu(torch.nn.functional.conv2d(leaf, *first, padding=1))
    expected = leaf + torch.nn.functional.conv2d(hidden, *second, padding=1)
    expected.backward(torch.from_numpy(dy))
    pytorch.assert_same(y, expected, "y", rounding=10)
    pytorch.assert_same(dx, leaf.grad, "dx", rounding=10)
    assert gradients.keys() == leaves.keys()
    for name, own in leaves.items():
        pytorch.assert_same(gradients[name], own.grad, name, rounding=100)


def test_a_layer_inside_and_outside_of_the_body_gets_the_sum():
    shared = Conv2d(1, 1, 1, bias=False, rng=0, dtype=np.float64)
    network = Sequential(a=shared, b=Residual(shared))
    assert list(network.parameters()) == ["a.weight"]
    x = np.full((1, 1, 1, 1), 3.0)
    y, _, cache = network.forward(x)
    _, gradients = network.backward(np.ones_like(y), cache)
    w = shared.weight.item()
    assert gradients["a.weight"].item() == pytest.approx(3 * (1 + 2 * w))  # y = 3·w·(1 + w)


def test_metadata_and_the_mode_go_through_the_body():
    mean = RunningMean()
    network = Sequential(block=Residual(Sequential(mean=mean, film=FiLM(2, Numeric("zoom")))), relu=ReLU())
    x, mine = np.ones((1, 2, 4, 4), np.float32), {"zoom": 2, "bbox": [0, 0, 2, 2], "class": "cat"}
    _, metadata = network(x, mine)
    assert mean.num_batches_tracked == 0
    assert [step.name for step in metadata.history] == [
        "input",
        "block.body.mean",
        "block.body.film",
        "block",
        "relu",
    ]
    np.testing.assert_array_equal(np.asarray(metadata.at("block")["bbox"]), [0, 0, 2, 2])
    assert metadata["class"] == "cat"
    network.forward(x, mine)
    assert mean.num_batches_tracked == 1
    assert list(network.buffers()) == ["block.body.mean.running_mean", "block.body.mean.num_batches_tracked"]


def test_a_trace_looks_inside():
    seen = trace(Sequential(block=Residual(ReLU())), np.ones((1, 2)), dy=np.ones((1, 2)))
    assert list(seen) == ["input", "block.body/output", "block/output", "block.body/dx", "block/dx"]
    np.testing.assert_array_equal(seen["block/dx"], [[2, 2]])


def test_the_table_shows_the_body_and_counts_its_parameters_once():
    body = Sequential(conv=Conv2d(4, 4, 3, padding=1), relu=ReLU())
    network = Sequential(stem=Conv2d(1, 4, 3), block=Residual(body), flatten=Flatten(), fc=Linear(144, 2))
    rows = {row.name: row for row in network.summary((1, 8, 8))}
    assert list(rows) == ["stem", "block.body.conv", "block.body.relu", "block", "flatten", "fc"]
    assert rows["block"].layer == "Residual(body)"
    assert rows["block"].output_shape == rows["block.body.conv"].output_shape == (4, 6, 6)
    assert (rows["block.body.conv"].parameters, rows["block"].parameters) == (4 * 4 * 9 + 4, 0)
    assert rows["block"].receptive_field == "5×5"
    assert sum(row.parameters for row in rows.values()) == sum(p.size for p in network.parameters().values())


def test_repr_is_the_call_that_makes_the_layer():
    for layer in (
        Residual(ReLU()),
        Residual(Sequential(conv=Conv2d(4, 4, 1), inner=Sequential(ReLU(), ReLU()))),
    ):
        assert repr(eval(repr(layer))) == repr(layer)
    assert repr(layer) == "Residual(Sequential(conv=Conv2d(4, 4, 1), inner=Sequential(ReLU(), ReLU())))"


def test_a_body_that_does_not_keep_x_is_refused():
    x = np.ones((1, 2, 4, 4), np.float32)
    with pytest.raises(
        ShapeError, match=r"Residual: body\(x\) \(shape=\(1, 2, 2, 2\)\) must be \(1, 2, 4, 4\)"
    ):
        Residual(MaxPool2d(2))(x)
    with pytest.raises(ShapeError, match=r"Residual: body\(x\) \(shape=\(1, 3, 4, 4\)\)"):
        Residual(Conv2d(2, 3, 1))(x)
    with pytest.raises(DTypeError, match=r"Residual: body \(=3\) must be a layer"):
        Residual(3)
