"""tinyconv.functional.relu against PyTorch, on all three rungs."""

import numpy as np
import pytest
import pytorch
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import dtypes, engines, images, seeds

from tinyconv import DTypeError, ShapeError, set_engine
from tinyconv.functional import relu_backward, relu_forward
from tinyconv.kernels import jit


@given(st.data(), engines, seeds, st.booleans())
def test_relu_and_its_gradient_are_pytorchs(data, engine, seed, parallel):
    x = data.draw(images(2, data.draw(dtypes)))
    with set_engine(engine), jit.force(parallel=parallel):
        y, cache = relu_forward(x)
        dy = pytorch.upstream(y, seed)
        dx = relu_backward(dy, cache)
    theirs = pytorch.tensor(x)
    expected = torch.relu(theirs)
    expected.backward(torch.from_numpy(dy))
    pytorch.assert_same(y, expected, "y", rounding=0)
    pytorch.assert_same(dx, theirs.grad, "dx", rounding=0)


@pytest.mark.parametrize("engine", ["loops", "numpy", "numba"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 5), (1, 2, 3, 4, 5), (0, 4)])
def test_relu_takes_any_shape(engine, shape):
    x = np.random.default_rng(0).standard_normal(shape)
    with set_engine(engine):
        y, cache = relu_forward(x)
        np.testing.assert_array_equal(y, np.maximum(x, 0))
        np.testing.assert_array_equal(relu_backward(np.ones(shape), cache), (x > 0).astype(float))


def test_relu_backward_refuses_a_gradient_that_is_not_like_y():
    y, cache = relu_forward(np.ones((2, 3)))
    with pytest.raises(ShapeError, match=r"relu_backward: dy \(shape=\(3, 2\)\)"):
        relu_backward(y.T, cache)
    with pytest.raises(DTypeError, match="dy is float32"):
        relu_backward(y.astype(np.float32), cache)
    with pytest.raises(DTypeError, match=r"relu: x \(dtype=int64\)"):
        relu_forward(np.array([1, 2]))
