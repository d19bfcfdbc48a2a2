"""tinyconv.functional.tanh against PyTorch, on all three rungs."""

import numpy as np
import pytest
import pytorch
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import dtypes, engines, images, seeds

from tinyconv import DTypeError, ShapeError, set_engine
from tinyconv.functional import tanh_backward, tanh_forward
from tinyconv.kernels import jit


@given(st.data(), engines, seeds, st.sampled_from([1, 30, 1e4]), st.booleans())
def test_tanh_and_its_gradient_are_pytorchs(data, engine, seed, spread, parallel):
    dtype = data.draw(dtypes)
    x = data.draw(images(2, dtype)) * dtype(spread)
    with set_engine(engine), jit.force(parallel=parallel):
        y, cache = tanh_forward(x)
        dy = pytorch.upstream(y, seed)
        dx = tanh_backward(dy, cache)
    theirs = pytorch.tensor(x)
    expected = torch.tanh(theirs)
    expected.backward(torch.from_numpy(dy))
    pytorch.assert_same(y, expected, "y")
    pytorch.assert_same(dx, theirs.grad, "dx")


@pytest.mark.parametrize("engine", ["loops", "numpy", "numba"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 5), (1, 2, 3, 4, 5), (0, 4)])
def test_tanh_takes_any_shape(engine, shape):
    x = np.random.default_rng(0).standard_normal(shape)
    with set_engine(engine):
        y, cache = tanh_forward(x)
        np.testing.assert_allclose(y, (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)))
        np.testing.assert_allclose(tanh_backward(x, cache), x * (1 - y**2))


def test_tanh_refuses_what_does_not_fit():
    y, cache = tanh_forward(np.ones((2, 3)))
    with pytest.raises(ShapeError, match=r"tanh_backward: dy \(shape=\(3, 2\)\)"):
        tanh_backward(y.T, cache)
    with pytest.raises(DTypeError, match="dy is float32"):
        tanh_backward(y.astype(np.float32), cache)
    with pytest.raises(DTypeError, match=r"tanh: x \(dtype=int64\)"):
        tanh_forward(np.array([1, 2]))
