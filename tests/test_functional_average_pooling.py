"""tinyconv.functional.average_pooling against PyTorch, on all three rungs."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import pytorch
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import both, dtypes, engines, images, int_or_pair, seeds

from tinyconv import DTypeError, ShapeError, set_engine
from tinyconv.functional import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    global_avg_pool2d_backward,
    global_avg_pool2d_forward,
)
from tinyconv.kernels import jit
from tinyconv.shapes import Array

X = np.arange(64, dtype=np.float32).reshape(1, 1, 8, 8)


class AvgPoolCase(NamedTuple):
    """The arguments of one average-pool."""

    x: Array
    kernel_size: Any
    stride: Any
    padding: Any
    ceil_mode: bool
    count_include_pad: bool


@st.composite
def avg_pool_cases(draw):
    """Draw an average-pool that fits: strides beyond the kernel, overhangs and padding among them."""
    kernel = draw(int_or_pair(1, 4))
    x = draw(
        images(
            draw(st.integers(1, 3)), draw(dtypes), smallest=max(both(kernel)), largest=max(both(kernel)) + 6
        )
    )
    padding = tuple(draw(st.integers(0, k // 2)) for k in both(kernel))
    padding = draw(st.sampled_from([padding, min(padding)]))
    return AvgPoolCase(
        x, kernel, draw(st.none() | int_or_pair(1, 5)), padding, draw(st.booleans()), draw(st.booleans())
    )


@given(avg_pool_cases(), engines, seeds, st.booleans())
def test_avg_pool_and_its_gradient_are_pytorchs(case, engine, seed, parallel):
    with set_engine(engine), jit.force(parallel=parallel):
        y, cache = avg_pool2d_forward(*case)
        dy = pytorch.upstream(y, seed)
        dx = avg_pool2d_backward(dy, cache)
    x = pytorch.tensor(case.x)
    expected = torch.nn.functional.avg_pool2d(x, *case[1:])
    expected.backward(torch.from_numpy(dy))
    pytorch.assert_same(y, expected, "y")
    pytorch.assert_same(dx, x.grad, "dx")


@pytest.mark.parametrize("engine", ["loops", "numpy", "numba"])
def test_an_overhang_never_counts_and_padding_as_told(engine):
    """Three pixels, windows of 2 and a stride of 2: the last one hangs over by one."""
    x = np.ones((1, 1, 1, 3))
    with set_engine(engine):
        for padding, counts, expected in [
            ((0, 0), True, [1, 1]),
            ((0, 1), True, [0.5, 1]),
            ((0, 1), False, [1, 1]),
        ]:
            y, _ = avg_pool2d_forward(x, (1, 2), 2, padding, ceil_mode=True, count_include_pad=counts)
            np.testing.assert_array_equal(y[0, 0, 0], expected)


@given(st.data(), engines, seeds)
def test_the_mean_of_whole_maps_and_its_gradient_are_pytorchs(data, engine, seed):
    x = data.draw(images(data.draw(st.integers(1, 3)), data.draw(dtypes)))
    with set_engine(engine):
        y, cache = global_avg_pool2d_forward(x)
        dy = pytorch.upstream(y, seed)
        dx = global_avg_pool2d_backward(dy, cache)
    theirs = pytorch.tensor(x)
    expected = torch.nn.functional.adaptive_avg_pool2d(theirs, 1).flatten(1)
    expected.backward(torch.from_numpy(dy))
    pytorch.assert_same(y, expected, "y")
    pytorch.assert_same(dx, theirs.grad, "dx")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"padding": 2}, ShapeError, ["padding (=2) must be at most half of kernel_size (=2)"]),
        ({"padding": -1}, ShapeError, ["padding (=-1)", "at least 0"]),
        ({"padding": "same"}, DTypeError, ["padding (='same')"]),
        ({"stride": 0}, ShapeError, ["stride (=0)"]),
        ({"kernel_size": (2, 9)}, ShapeError, ["kernel_size (=9)", "W = 8"]),
        ({"kernel_size": 0}, ShapeError, ["kernel_size (=0)"]),
        ({"x": X[0, 0]}, ShapeError, ["x (shape=(8, 8))", "4 axes"]),
        ({"x": X.astype(np.int32)}, DTypeError, ["x (dtype=int32)"]),
    ],
)
def test_avg_pool_names_the_argument_its_value_and_the_rule(arguments, error, words):
    with pytest.raises(error) as caught:
        avg_pool2d_forward(**{"x": X, "kernel_size": 2, **arguments})
    assert str(caught.value).startswith("avg_pool2d: ")
    for word in words:
        assert word in str(caught.value)


def test_the_way_back_refuses_a_gradient_that_is_not_like_y():
    y, cache = avg_pool2d_forward(X, 2)
    with pytest.raises(ShapeError, match=r"avg_pool2d_backward: .* the shape of y"):
        avg_pool2d_backward(y[..., 1:], cache)
    with pytest.raises(DTypeError, match="dy is float64, x is float32"):
        avg_pool2d_backward(y.astype(np.float64), cache)
    y, cache = global_avg_pool2d_forward(X)
    with pytest.raises(ShapeError, match=r"global_avg_pool2d_backward: .* the shape of y"):
        global_avg_pool2d_backward(np.ones((2, 1), np.float32), cache)
    with pytest.raises(DTypeError, match="dy is float64, x is float32"):
        global_avg_pool2d_backward(y.astype(np.float64), cache)


def test_the_mean_of_no_pixel_is_refused():
    with pytest.raises(
        ShapeError, match=r"global_avg_pool2d: x \(shape=\(1, 2, 0, 3\)\) must have at least one"
    ):
        global_avg_pool2d_forward(np.ones((1, 2, 0, 3)))
