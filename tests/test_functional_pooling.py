"""tinyconv.functional.pooling against PyTorch, on all three rungs."""

import numpy as np
import pytest
import pytorch
from hypothesis import given
from hypothesis import strategies as st
from strategies import engines, pool_cases, seeds

from tinyconv import DTypeError, ShapeError, set_engine
from tinyconv.functional import max_pool2d_backward, max_pool2d_forward
from tinyconv.kernels import jit

X = np.arange(64, dtype=np.float32).reshape(1, 1, 8, 8)


@given(pool_cases(), engines, seeds, st.booleans())
def test_max_pool_its_indices_and_its_gradient_are_pytorchs(case, engine, seed, parallel):
    with set_engine(engine), jit.force(parallel=parallel):
        y, cache = max_pool2d_forward(*case)
        dy = pytorch.upstream(y, seed)
        dx = max_pool2d_backward(dy, cache)
    expected = pytorch.max_pool2d(case, dy)
    pytorch.assert_same(y, expected["y"], "y", rounding=0)
    pytorch.assert_same(cache.indices, expected["indices"], "indices", rounding=0)
    pytorch.assert_same(dx, expected["dx"], "dx")


@pytest.mark.parametrize("engine", ["loops", "numpy", "numba"])
def test_max_pool_padding_never_wins(engine):
    with set_engine(engine):
        y, _ = max_pool2d_forward(np.full((1, 1, 4, 4), -5.0), 3, stride=1, padding=1)
    np.testing.assert_array_equal(y, np.full((1, 1, 4, 4), -5.0))


@pytest.mark.parametrize("engine", ["loops", "numpy", "numba"])
def test_of_equal_pixels_the_first_gets_the_whole_gradient(engine):
    with set_engine(engine):
        y, cache = max_pool2d_forward(np.ones((1, 1, 4, 4)), 2)
        dx = max_pool2d_backward(np.full_like(y, 3), cache)
    np.testing.assert_array_equal(dx[0, 0], np.kron(np.full((2, 2), 3.0), [[1, 0], [0, 0]]))


@pytest.mark.parametrize("engine", ["loops", "numpy", "numba"])
def test_a_window_without_any_pixel_has_no_winner(engine):
    """PyTorch writes past its memory here; we give −inf, no index and no gradient."""
    with set_engine(engine):
        y, cache = max_pool2d_forward(np.ones((1, 1, 2, 2)), 2, stride=1, padding=1, dilation=3)
        dx = max_pool2d_backward(np.ones_like(y), cache)
    assert y.item() == -np.inf
    assert cache.indices.item() == -1
    np.testing.assert_array_equal(dx, np.zeros((1, 1, 2, 2)))


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (
            {"padding": 3, "kernel_size": 4},
            ShapeError,
            ["padding (=3) must be at most half of kernel_size (=4)"],
        ),
        ({"padding": (1, 2), "kernel_size": (2, 3)}, ShapeError, ["padding (=2)", "kernel_size (=3)"]),
        ({"padding": -1}, ShapeError, ["padding (=-1)", "at least 0"]),
        ({"padding": "same"}, DTypeError, ["padding (='same')"]),
        ({"stride": 0}, ShapeError, ["stride (=0)"]),
        ({"kernel_size": 9}, ShapeError, ["kernel_size (=9)", "H = 8"]),
        ({"kernel_size": (2, 9)}, ShapeError, ["kernel_size (=9)", "W = 8"]),
        ({"kernel_size": 0}, ShapeError, ["kernel_size (=0)"]),
        ({"dilation": -2}, ShapeError, ["dilation (=-2)"]),
        ({"x": X[0, 0]}, ShapeError, ["x (shape=(8, 8))", "4 axes"]),
        ({"x": X.astype(np.int32)}, DTypeError, ["x (dtype=int32)"]),
    ],
)
def test_max_pool_names_the_argument_its_value_and_the_rule(arguments, error, words):
    with pytest.raises(error) as caught:
        max_pool2d_forward(**{"x": X, "kernel_size": 2, **arguments})
    assert str(caught.value).startswith("max_pool2d: ")
    for word in words:
        assert word in str(caught.value)


def test_max_pool_backward_refuses_a_gradient_that_is_not_like_y():
    y, cache = max_pool2d_forward(X, 2)
    with pytest.raises(ShapeError, match="the shape of y"):
        max_pool2d_backward(y[..., 1:], cache)
    with pytest.raises(DTypeError, match="dy is float64, x is float32"):
        max_pool2d_backward(y.astype(np.float64), cache)
