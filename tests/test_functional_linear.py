"""tinyconv.functional.linear against PyTorch, on all three rungs."""

import numpy as np
import pytest
import pytorch
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import dtypes, engines, seeds, values

from tinyconv import DTypeError, ShapeError, set_engine
from tinyconv.functional import linear_backward, linear_forward


@given(st.integers(0, 4), st.integers(1, 6), st.integers(1, 6), st.booleans(), dtypes, engines, seeds)
def test_linear_and_every_gradient_are_pytorchs(N, D, F, has_bias, dtype, engine, seed):
    x, weight = values(seed, (N, D), dtype, "plain"), values(seed + 1, (F, D), dtype, "plain")
    bias = values(seed + 2, (F,), dtype, "plain") if has_bias else None
    with set_engine(engine):
        y, cache = linear_forward(x, weight, bias)
        dy = pytorch.upstream(y, seed)
        gradients = linear_backward(dy, cache)
    leaves = [None if array is None else pytorch.tensor(array) for array in (x, weight, bias)]
    expected = torch.nn.functional.linear(*leaves)
    expected.backward(torch.from_numpy(dy))
    pytorch.assert_same(y, expected, "y", rounding=10)
    for name, gradient, leaf in zip(("dx", "dweight", "dbias"), gradients, leaves, strict=True):
        assert (gradient is None) == (leaf is None)
        if leaf is not None:
            pytorch.assert_same(gradient, leaf.grad, name, rounding=10)


def test_linear_names_the_argument_its_value_and_the_rule():
    x, weight = np.ones((2, 3)), np.ones((4, 3))
    with pytest.raises(ShapeError, match=r"linear: x \(shape=\(2, 2\)\) must be \(2, 3\)"):
        linear_forward(x[:, 1:], weight)
    with pytest.raises(ShapeError, match=r"linear: bias \(shape=\(3,\)\) must be \(4,\)"):
        linear_forward(x, weight, np.ones(3))
    with pytest.raises(ShapeError, match=r"linear: x \(shape=\(2, 3, 1\)\) must have 2 axes"):
        linear_forward(x[:, :, None], weight)
    with pytest.raises(DTypeError, match="x is float64, weight is float32"):
        linear_forward(x, weight.astype(np.float32))
    y, cache = linear_forward(x, weight)
    with pytest.raises(ShapeError, match=r"linear_backward: dy \(shape=\(2, 3\)\) must be \(2, 4\)"):
        linear_backward(y[:, 1:], cache)
