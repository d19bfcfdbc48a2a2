"""tinyconv.functional.dropout against the product that PyTorch forms, on all three rungs."""

import numpy as np
import pytest
import pytorch
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import dtypes, engines, images, layouts, seeds

from tinyconv import DTypeError, ShapeError, set_engine
from tinyconv.functional import dropout_backward, dropout_forward


@given(st.data(), st.sampled_from([0, 0.1, 0.5, 0.9]) | st.floats(0, 0.99), engines, seeds)
def test_dropout_and_its_gradient_are_pytorchs(data, p, engine, seed):
    """PyTorch multiplies with noise that is 0 or 1 / (1 − p): so NaN stays NaN, kept or not."""
    x = data.draw(images(2, data.draw(dtypes)))
    mask = data.draw(layouts)(np.random.default_rng(seed).random(x.shape) >= p)
    with set_engine(engine):
        y, cache = dropout_forward(x, mask, p)
        dy = pytorch.upstream(y, seed)
        dx = dropout_backward(dy, cache)
    theirs = pytorch.tensor(x)
    noise = torch.from_numpy(mask.astype(x.dtype)).div_(1 - p)
    expected = theirs * noise
    expected.backward(torch.from_numpy(dy))
    pytorch.assert_same(y, expected, "y")
    pytorch.assert_same(dx, theirs.grad, "dx")


@pytest.mark.parametrize("engine", ["loops", "numpy", "numba"])
def test_what_is_dropped_for_sure_is_0_and_passes_no_gradient(engine):
    x = np.array([[1.0, -2.0, np.nan]])
    with set_engine(engine):
        y, cache = dropout_forward(x, np.zeros(x.shape, bool), p=1)
        dx = dropout_backward(np.ones_like(x), cache)
    np.testing.assert_array_equal(y, torch.nn.functional.dropout(torch.from_numpy(x), 1.0).numpy())
    np.testing.assert_array_equal(dx, [[0, 0, 0]])


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"p": 1.5}, ShapeError, "p (=1.5) must be from 0 to 1"),
        ({"p": -0.1}, ShapeError, "p (=-0.1) must be from 0 to 1"),
        ({"p": float("nan")}, ShapeError, "p (=nan) must be from 0 to 1"),
        ({"p": "half"}, DTypeError, "p (='half') must be a number, got str"),
        ({"mask": np.ones((2, 3))}, DTypeError, "mask (dtype=float64) must be bool"),
        ({"mask": np.ones(3, bool)}, ShapeError, "mask (shape=(3,)) must be (2, 3), the shape of x"),
        ({"x": np.ones((2, 3), int)}, DTypeError, "x (dtype=int64)"),
    ],
)
def test_dropout_names_the_argument_its_value_and_the_rule(arguments, error, words):
    with pytest.raises(error) as caught:
        dropout_forward(**{"x": np.ones((2, 3)), "mask": np.ones((2, 3), bool), **arguments})
    assert str(caught.value).startswith(f"dropout: {words}")


def test_dropout_backward_refuses_a_gradient_that_is_not_like_y():
    y, cache = dropout_forward(np.ones((2, 3)), np.ones((2, 3), bool))
    with pytest.raises(ShapeError, match=r"dropout_backward: dy \(shape=\(3, 2\)\)"):
        dropout_backward(y.T, cache)
    with pytest.raises(DTypeError, match="dy is float32, x is float64"):
        dropout_backward(y.astype(np.float32), cache)
