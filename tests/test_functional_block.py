"""tinyconv.functional.block: one step has the bits of the three."""

import numpy as np
import pytest
import pytorch
import torch
from hypothesis import assume, example, given
from hypothesis import strategies as st
from strategies import ConvCase, both, conv_cases, int_or_pair, seeds, values
from strategies_blocks import bandings, bands_chosen_with

from tinyconv import ShapeError
from tinyconv.functional import (
    conv2d_backward,
    conv2d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
    relu_backward,
    relu_forward,
)
from tinyconv.functional.block import block_backward, block_forward, can_fuse
from tinyconv.geometry import Window
from tinyconv.kernels import jit


@st.composite
def cases(draw):
    """Draw a convolution, and a pool without overlap that fits behind it."""
    case = draw(conv_cases())
    kernel = draw(int_or_pair(1, 3))
    stride = tuple(k + draw(st.integers(0, 2)) for k in both(kernel))
    pool = Window.of("max_pool2d", kernel, stride, ceil_mode=draw(st.booleans()))
    sizes = conv2d_forward(*case)[0].shape[2:]
    assume(
        all(axis.output_size(size, pool.ceil_mode) >= 1 for axis, size in zip(pool[:2], sizes, strict=True))
    )
    return case, pool


def three_steps(case, pool, seed):
    y, conv_cache = conv2d_forward(*case)
    y, relu_cache = relu_forward(y)
    y, pool_cache = max_pool2d_forward(y, pool.kernel_size, pool.stride, ceil_mode=pool.ceil_mode)
    dy = pytorch.upstream(y, seed)
    back = relu_backward(max_pool2d_backward(dy, pool_cache), relu_cache)
    return dy, [y, *conv2d_backward(back, conv_cache)]


# lines share their zeros: a row of outputs reaches far behind its line
LOST_IN_PADDING = ConvCase(np.ones((1, 1, 1, 1)), np.ones((9, 1, 1, 1)), None, 1, 5, 1, 1)
SHORT_BANDS = {"CACHE": 1000, "LINE": 1, "WORTH": 1}

# with so many channels and filters dx comes from the winners alone
WIDE = ConvCase(
    values(0, (2, 16, 6, 6), np.float32, "plain"),
    values(1, (8, 16, 3, 3), np.float32, "plain"),
    *(None, 1, 1, 1, 1),
)


@example((WIDE, Window.of("max_pool2d", 2, 2)), 0, True, SHORT_BANDS)
@example((LOST_IN_PADDING, Window.of("max_pool2d", 2, 2)), 0, False, SHORT_BANDS)
@given(cases(), seeds, st.booleans(), bandings)
def test_one_step_has_the_bits_of_the_three(case, seed, parallel, banding):
    (conv, pool), (dy, expected) = case, three_steps(*case, seed)
    with bands_chosen_with(**banding), jit.force(parallel=parallel):
        y, block_cache = block_forward(*conv, pool)
        ours = [y, *block_backward(dy, block_cache)]
    for name, array, other in zip(("y", "dx", "dweight", "dbias"), ours, expected, strict=True):
        assert (array is None) == (other is None)
        if array is not None:
            np.testing.assert_array_equal(array, other, err_msg=name)


@given(cases(), seeds)
def test_one_step_is_pytorchs_three(case, seed):
    conv, pool = case
    y, cache = block_forward(*conv, pool)
    dy = pytorch.upstream(y, seed)
    dx, dweight, _ = block_backward(dy, cache)
    assume(not np.isinf(conv.x).any())  # the sum of both infinities is NaN in an order that nobody owns
    conv_y = conv2d_forward(*conv)[0]
    x, weight = pytorch.tensor(conv.x), pytorch.tensor(conv.weight)
    ours = torch.from_numpy(conv_y).requires_grad_()
    pooled = torch.nn.functional.max_pool2d(
        torch.relu(ours), pool.kernel_size, pool.stride, ceil_mode=pool.ceil_mode
    )
    pytorch.assert_same(y, pooled, "y", rounding=0)
    pooled.backward(torch.from_numpy(dy))
    expected = pytorch.conv2d(conv, ours.grad.numpy())
    pytorch.assert_same(dx, expected["dx"], "dx", rounding=10)
    pytorch.assert_same(dweight, expected["dweight"], "dweight", rounding=100)
    assert x.shape == dx.shape
    assert weight.shape == dweight.shape


def test_a_pool_that_overlaps_or_pads_does_not_join():
    assert can_fuse(Window.of("max_pool2d", (2, 3), (2, 5)))
    for options in (
        {"kernel_size": 3, "stride": 2},
        {"kernel_size": 2, "stride": 2, "padding": 1},
        {"kernel_size": 2, "stride": 3, "dilation": 2},
        {"kernel_size": 17, "stride": 17},
    ):
        pool = Window.of("max_pool2d", **options)
        assert not can_fuse(pool)
        with pytest.raises(ShapeError, match=r"block_forward: pool \(kernel_size=.*must not overlap"):
            block_forward(np.ones((1, 1, 34, 34)), np.ones((1, 1, 1, 1)), None, 1, 0, 1, 1, pool)


def test_a_block_refuses_what_its_layers_refuse():
    x, weight, pool = np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3)), Window.of("max_pool2d", 3, 3)
    with pytest.raises(ShapeError, match=r"max_pool2d: kernel_size \(=3\)"):
        block_forward(x, weight, None, 1, 0, 1, 1, pool)
    with pytest.raises(ShapeError, match=r"conv2d: stride \(=0\)"):
        block_forward(x, weight, None, 0, 0, 1, 1, pool)
    y, cache = block_forward(x, weight, None, 1, 1, 1, 1, pool)
    with pytest.raises(ShapeError, match=r"block_backward: dy .* the shape of y"):
        block_backward(y[..., 1:], cache)
