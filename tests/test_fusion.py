"""tinyconv.fusion: a chain finds its blocks by itself, and nobody can tell from the results."""

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import dtypes, kinds, seeds, values
from strategies_layers import RunningMean

from tinyconv import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, set_engine, trace
from tinyconv.fusion import Block, steps


def network(dtype):
    return Sequential(
        conv1=Conv2d(2, 4, 3, padding=1, rng=0, dtype=dtype),
        relu1=ReLU(),
        pool1=MaxPool2d(2),
        inner=Sequential(
            conv2=Conv2d(4, 6, 3, stride=2, groups=2, rng=1, dtype=dtype),
            relu2=ReLU(),
            pool2=MaxPool2d(2, ceil_mode=True),
        ),
        flatten=Flatten(),
        fc=Linear(6 * 2 * 2, 3, rng=2, dtype=dtype),
    )


def kinds_of(chain, fuse=True):
    return [type(step).__name__ for step in steps(chain.layers, fuse)]


@given(dtypes, kinds, seeds)
@settings(max_examples=40)
def test_fused_and_traced_runs_have_the_same_bits(dtype, kind, seed):
    """A trace looks at every step, so it runs them one by one."""
    chain, x = network(dtype), values(seed, (2, 2, 15, 14), dtype, kind)
    y, _, cache = chain.forward(x)
    assert [isinstance(step, Block) for step, _ in cache] == [True, False, False, False]
    dy = np.random.default_rng(seed).standard_normal(y.shape).astype(dtype)
    dx, gradients = chain.backward(dy, cache)
    seen = trace(chain, x, dy=dy)
    assert "inner.relu2/output" in seen
    np.testing.assert_array_equal(y, seen.output)
    np.testing.assert_array_equal(dx, seen["conv1/dx"])
    assert set(gradients) == set(seen.gradients) == set(chain.parameters())
    for name, gradient in gradients.items():
        np.testing.assert_array_equal(gradient, seen.gradients[name], err_msg=name)


@pytest.mark.parametrize("fused", [True, False])
def test_the_mode_goes_on_behind_a_block_and_inside_of_a_chain(fused):
    mean = RunningMean()
    chain = Sequential(Conv2d(2, 4, 3), ReLU(), MaxPool2d(2), Sequential(mean, ReLU()))
    x = np.ones((1, 2, 8, 8), np.float32)
    with set_engine("numba" if fused else "numpy"):
        chain(x)
        chain.forward(x, training=False)
        assert mean.num_batches_tracked == 0
        chain.forward(x)
    assert mean.num_batches_tracked == 1


def test_metadata_pass_a_block_as_they_pass_its_layers():
    x = np.zeros((1, 2, 15, 14), np.float32)
    mine = {"boxes": [[1, 2, 9, 12], [0, 0, 3, 3]], "class": "cat"}
    _, fused = network(np.float32)(x, mine)
    stepwise = trace(network(np.float32), x, mine).metadata
    assert fused.history == stepwise.history
    for name in ("conv1", "relu1", "pool1", "inner.conv2", "inner.pool2"):
        assert fused.at(name)["boxes"] == stepwise.at(name)["boxes"]
    assert fused["class"] == "cat"


def test_only_the_compiled_rung_and_the_very_classes_are_fused():
    class Louder(ReLU):
        """Might compute anything."""

    conv, pool = Conv2d(1, 1, 3), MaxPool2d(2)
    assert kinds_of(Sequential(conv, ReLU(), pool, conv, ReLU(), pool)) == ["Block", "Block"]
    assert kinds_of(Sequential(conv, ReLU(), pool), fuse=False) == ["Single"] * 3
    assert kinds_of(Sequential(conv, Louder(), pool)) == ["Single"] * 3
    assert kinds_of(Sequential(conv, ReLU(), MaxPool2d(3, 2))) == ["Single"] * 3
    assert kinds_of(Sequential(conv, pool, ReLU())) == ["Single"] * 3
    x = np.zeros((1, 2, 15, 14), np.float32)
    for engine in ("loops", "numpy"):
        with set_engine(engine):
            cache = network(np.float32).forward(x)[2]
        assert not any(isinstance(step, Block) for step, _ in cache)


def test_an_error_inside_of_a_block_names_the_layer_at_fault():
    with pytest.raises(ValueError, match=r"conv2d: weight"):
        Sequential(Conv2d(3, 4, 3), ReLU(), MaxPool2d(2))(np.zeros((1, 2, 8, 8), np.float32))
    with pytest.raises(ValueError, match=r"metadata \(2 dicts\)"):
        Sequential(Conv2d(2, 4, 3), ReLU(), MaxPool2d(2))(np.zeros((1, 2, 8, 8), np.float32), [{}, {}])
