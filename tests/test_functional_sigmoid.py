"""tinyconv.functional.sigmoid against PyTorch, on all three rungs."""

import numpy as np
import pytest
import pytorch
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import dtypes, engines, images, seeds

from tinyconv import DTypeError, ShapeError, set_engine
from tinyconv.functional import sigmoid_backward, sigmoid_forward
from tinyconv.kernels import jit


@given(st.data(), engines, seeds, st.sampled_from([1, 30, 1e4]), st.booleans())
def test_sigmoid_and_its_gradient_are_pytorchs(data, engine, seed, spread, parallel):
    """Up to numbers whose exp overflows, and without a warning."""
    dtype = data.draw(dtypes)
    x = data.draw(images(2, dtype)) * dtype(spread)
    with set_engine(engine), jit.force(parallel=parallel):
        y, cache = sigmoid_forward(x)
        dy = pytorch.upstream(y, seed)
        dx = sigmoid_backward(dy, cache)
    theirs = pytorch.tensor(x)
    expected = torch.sigmoid(theirs)
    expected.backward(torch.from_numpy(dy))
    pytorch.assert_same(y, expected, "y")
    pytorch.assert_same(dx, theirs.grad, "dx")


@pytest.mark.parametrize("engine", ["loops", "numpy", "numba"])
def test_even_the_smallest_sigmoid_is_exact(engine):
    """tanh(x / 2) / 2 + 1 / 2 would say 0 here."""
    with set_engine(engine):
        y, _ = sigmoid_forward(np.array([-100.0, -700.0]))
    np.testing.assert_allclose(y, np.exp([-100.0, -700.0]), rtol=1e-12)


@pytest.mark.parametrize("engine", ["loops", "numpy", "numba"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 5), (1, 2, 3, 4, 5), (0, 4)])
def test_sigmoid_takes_any_shape(engine, shape):
    x = np.random.default_rng(0).standard_normal(shape)
    with set_engine(engine):
        y, cache = sigmoid_forward(x)
        np.testing.assert_allclose(y, 1 / (1 + np.exp(-x)))
        np.testing.assert_allclose(sigmoid_backward(x, cache), x * y * (1 - y))


def test_sigmoid_refuses_what_does_not_fit():
    y, cache = sigmoid_forward(np.ones((2, 3)))
    with pytest.raises(ShapeError, match=r"sigmoid_backward: dy \(shape=\(3, 2\)\)"):
        sigmoid_backward(y.T, cache)
    with pytest.raises(DTypeError, match="dy is float32"):
        sigmoid_backward(y.astype(np.float32), cache)
    with pytest.raises(DTypeError, match=r"sigmoid: x \(dtype=int64\)"):
        sigmoid_forward(np.array([1, 2]))
