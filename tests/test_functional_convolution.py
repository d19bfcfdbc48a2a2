"""tinyconv.functional.convolution against PyTorch, on all three rungs."""

import numpy as np
import pytest
import pytorch
from hypothesis import given
from hypothesis import strategies as st
from strategies import conv_cases, engines, seeds

from tinyconv import DTypeError, ShapeError, set_engine
from tinyconv.functional import conv2d_backward, conv2d_forward
from tinyconv.kernels import jit

X = np.ones((2, 4, 6, 6), np.float32)
WEIGHT = np.ones((8, 4, 3, 3), np.float32)


@given(conv_cases(), engines, seeds, st.booleans())
def test_conv2d_and_every_gradient_are_pytorchs(case, engine, seed, parallel):
    with set_engine(engine), jit.force(parallel=parallel):
        y, cache = conv2d_forward(*case)
        dy = pytorch.upstream(y, seed)
        dx, dweight, dbias = conv2d_backward(dy, cache)
    expected = pytorch.conv2d(case, dy)
    pytorch.assert_same(y, expected["y"], "y", rounding=10)
    pytorch.assert_same(dx, expected["dx"], "dx", rounding=10)
    pytorch.assert_same(dweight, expected["dweight"], "dweight", rounding=100)
    assert (dbias is None) == (case.bias is None)
    if dbias is not None:
        pytorch.assert_same(dbias, expected["dbias"], "dbias", rounding=100)


@given(conv_cases(), engines)
def test_conv2d_changes_nothing_that_the_caller_owns(case, engine):
    before = [None if array is None else array.copy() for array in case[:3]]
    with set_engine(engine):
        y, cache = conv2d_forward(*case)
        dy = pytorch.upstream(y, 0)
        kept = dy.copy()
        gradients = conv2d_backward(dy, cache)
    for array, copy in zip(case[:3], before, strict=True):
        np.testing.assert_equal(array, copy)
    np.testing.assert_equal(dy, kept)
    assert not any(np.shares_memory(g, case.x) for g in gradients if g is not None)


@pytest.mark.parametrize("wrong", ["flipped", "shifted", "scaled"])
def test_the_comparison_refuses_a_wrong_answer(wrong):
    y = np.random.default_rng(0).standard_normal((1, 1, 4, 4))
    other = {"flipped": y[:, :, ::-1], "shifted": np.roll(y, 1, 3), "scaled": y * (1 + 1e-6)}[wrong]
    with pytest.raises(AssertionError, match="y"):
        pytorch.assert_same(other, y, "y")
    with pytest.raises(AssertionError, match="dtype"):
        pytorch.assert_same(y.astype(np.float32), y, "y")
    with pytest.raises(AssertionError, match="shape"):
        pytorch.assert_same(y[:, :, 1:], y, "y")


def test_conv2d_does_not_turn_the_kernel_around():
    x, weight = np.zeros((1, 1, 1, 3)), np.zeros((1, 1, 1, 3))
    x[0, 0, 0, 0], weight[0, 0, 0] = 1, [5, 6, 7]
    assert conv2d_forward(x, weight)[0].item() == 5


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"x": X[0]}, ShapeError, ["x (shape=(4, 6, 6))", "4 axes (N, C, H, W)"]),
        ({"x": X.astype(int)}, DTypeError, ["x (dtype=int64)", "float32 or float64"]),
        ({"x": X.astype(complex)}, DTypeError, ["x (dtype=complex128)"]),
        ({"x": X.astype(object)}, DTypeError, ["x (dtype=object)"]),
        ({"x": X.astype(">f4")}, DTypeError, ["x (dtype=>f4)"]),
        ({"x": X.astype(np.float64)}, DTypeError, ["x is float64", "weight is float32"]),
        ({"weight": WEIGHT[:, :3]}, ShapeError, ["weight (shape=(8, 3, 3, 3))", "4/1 = 4"]),
        ({"weight": WEIGHT[0]}, ShapeError, ["weight", "F, C/groups, KH, KW"]),
        ({"weight": WEIGHT[:, :, :0]}, ShapeError, ["kernel_size (=0)", "at least 1"]),
        ({"weight": WEIGHT[:0]}, ShapeError, ["weight (shape=(0, 4, 3, 3))", "a filter"]),
        ({"x": X[:, :0], "weight": WEIGHT[:, :0]}, ShapeError, ["weight (shape=(8, 0, 3, 3))", "a channel"]),
        ({"bias": np.ones(7, np.float32)}, ShapeError, ["bias (shape=(7,))", "(8,)"]),
        ({"groups": 3}, ShapeError, ["groups (=3)", "divide", "(=4)"]),
        ({"groups": 0}, ShapeError, ["groups (=0)", "at least 1"]),
        ({"groups": 1.0}, DTypeError, ["groups (=1.0)", "int"]),
        ({"stride": 0}, ShapeError, ["stride (=0)", "at least 1"]),
        ({"stride": -1}, ShapeError, ["stride (=-1)"]),
        ({"stride": (1, 2, 3)}, ShapeError, ["stride (=(1, 2, 3))", "pair"]),
        ({"stride": True}, DTypeError, ["stride (=True)", "bool"]),
        ({"dilation": 0}, ShapeError, ["dilation (=0)"]),
        ({"padding": -1}, ShapeError, ["padding (=-1)"]),
        ({"padding": "full"}, ShapeError, ["padding (='full')", '"same"']),
        ({"padding": ((1, 1), (1, 1), (1, 1))}, ShapeError, ["padding", "((top, bottom), (left, right))"]),
        ({"padding": "same", "stride": 2}, ShapeError, ['padding (="same")', "stride 1"]),
        ({"dilation": 3}, ShapeError, ["kernel_size (=3)", "spans 7", "H = 6"]),
    ],
)
def test_conv2d_names_the_argument_its_value_and_the_rule(arguments, error, words):
    with pytest.raises(error) as caught:
        conv2d_forward(**{"x": X, "weight": WEIGHT, **arguments})
    assert str(caught.value).startswith("conv2d: ")
    for word in words:
        assert word in str(caught.value)


def test_conv2d_backward_refuses_a_gradient_that_is_not_like_y():
    y, cache = conv2d_forward(X, WEIGHT)
    with pytest.raises(ShapeError, match=r"dy \(shape=\(2, 8, 4, 3\)\) must be \(2, 8, 4, 4\)"):
        conv2d_backward(y[..., 1:], cache)
    with pytest.raises(DTypeError, match="dy is float64"):
        conv2d_backward(y.astype(np.float64), cache)
