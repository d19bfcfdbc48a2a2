"""Partial products: the layer's own output, taken apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import engines, seeds
from strategies_inspection import convolutions

from tinyconv import Conv2d, DTypeError, MaxPool2d, ReLU, ShapeError, set_engine
from tinyconv.inspection import partial_products


@st.composite
def layers_with_images(draw):
    """Draw a convolution of any geometry, a batch for it, one of its filters, and one of the images."""
    C, H, W = draw(st.integers(1, 4)), draw(st.integers(1, 7)), draw(st.integers(1, 7))
    layer = draw(convolutions(C, (H, W)))
    x = np.random.default_rng(draw(seeds)).standard_normal((draw(st.integers(1, 3)), C, H, W))
    return layer, x, draw(st.integers(0, layer.out_channels - 1)), draw(st.integers(0, len(x) - 1))


@given(layers_with_images(), engines)
def test_products_and_bias_add_up_to_the_layers_output(case, engine):
    layer, x, filter, image = case
    set_engine(engine)
    try:
        steps = partial_products(layer, x, filter, image=image)
        output = layer(x)[0][image, filter]
    finally:
        set_engine("numba")
    assert len(steps.products) == layer.in_channels // layer.groups == len(steps.channels)
    np.testing.assert_allclose(steps.products.sum(axis=0) + steps.bias, output, atol=1e-12)
    np.testing.assert_allclose(steps.running[-1] + steps.bias, output, atol=1e-12)
    np.testing.assert_allclose(steps.output, output, atol=1e-12)
    assert (steps.x == x[image, steps.channels]).all()
    assert (steps.kernel == layer.weight[filter]).all()


@given(layers_with_images())
def test_each_product_is_its_channel_under_its_own_kernel(case):
    layer, x, filter, image = case
    steps = partial_products(layer, x, filter, image=image)
    for number, channel in enumerate(steps.channels):
        alone = Conv2d(1, 1, *(layer.kernel_size, layer.stride, layer.padding, layer.dilation), dtype=x.dtype)
        alone.weight[0, 0], alone.bias[:] = layer.weight[filter, number], 0
        np.testing.assert_allclose(
            steps.products[number], alone(x[image : image + 1, [channel]])[0][0, 0], atol=1e-12
        )


@given(layers_with_images(), st.none() | st.integers(1, 3) | st.tuples(st.integers(1, 3), st.integers(1, 3)))
def test_relu_and_pool_follow_as_the_layers_do_it(case, pool):
    layer, x, filter, image = case
    steps = partial_products(layer, x, filter, pool=pool, image=image)
    y, _ = ReLU()(steps.output[None, None])
    assert (steps.rectified == y[0, 0]).all()
    KH, KW = pool if isinstance(pool, tuple) else (pool, pool)
    if pool is None or y.shape[2] < KH or y.shape[3] < KW:
        assert steps.pooled is steps.winners is None
    else:
        assert (steps.pooled == MaxPool2d(pool)(y)[0][0, 0]).all()
        assert (steps.rectified.ravel()[steps.winners] == steps.pooled).all()


def test_a_filter_on_rgb_is_three_kernels():
    steps = partial_products(Conv2d(3, 8, 5), np.ones((3, 9, 9), np.float32), 7)
    assert steps.kernel.shape == (3, 5, 5)
    assert steps.products.shape == steps.running.shape == (3, 5, 5)


X = np.zeros((2, 3, 8, 8), np.float32)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"layer": ReLU()}, DTypeError, r"layer \(=ReLU\(\)\) must be a Conv2d"),
        (
            {"x": X[:, :2]},
            ShapeError,
            r"x \(shape=\(1, 2, 8, 8\)\) must have the C = 3 channels that Conv2d\(3, 4",
        ),
        ({"x": X[:, :, :2]}, ShapeError, r"kernel_size \(=3\) .* must fit into the padded image: H = 2"),
        ({"x": X.astype(np.float64)}, DTypeError, r"all arrays must have one dtype, but x is float64"),
        ({"filter": 4}, ShapeError, r"filter \(=4\) must be one of the 4 of Conv2d\(3, 4, 3\), 0 to 3"),
        ({"image": 2}, ShapeError, r"image \(=2\) must be below N = 2"),
        ({"pool": 0}, ShapeError, r"kernel_size \(=0\) must be at least 1"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(change, error, message):
    arguments = {"layer": Conv2d(3, 4, 3), "x": X, "filter": 0, **change}
    with pytest.raises(error, match="partial_products: " + message):
        partial_products(**arguments)
