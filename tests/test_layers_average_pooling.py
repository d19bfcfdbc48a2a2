"""tinyconv.layers.average_pooling: what PyTorch's layers say, and where boxes end up."""

import numpy as np
import pytest
import pytorch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import dtypes, images, seeds

from tinyconv import AvgPool2d, Conv2d, GlobalAvgPool2d, Linear, Sequential
from tinyconv.metadata import GeometryEnded

BOX = {"bbox": [2, 2, 6, 4], "class": "cat"}


@given(st.data(), seeds, st.booleans(), st.booleans())
@settings(max_examples=50)
def test_an_average_pool_is_pytorchs(data, seed, ceil_mode, count_include_pad):
    x = data.draw(images(2, data.draw(dtypes), smallest=3))
    arguments = (3, 2), data.draw(st.sampled_from([None, 2, (1, 3)])), (1, 0), ceil_mode, count_include_pad
    y, _, cache = AvgPool2d(*arguments).forward(x)
    dx, gradients = AvgPool2d(*arguments).backward(pytorch.upstream(y, seed), cache)
    leaf = pytorch.tensor(x)
    expected = torch.nn.AvgPool2d(*arguments)(leaf)
    expected.backward(torch.from_numpy(pytorch.upstream(y, seed)))
    pytorch.assert_same(y, expected, "y")
    pytorch.assert_same(dx, leaf.grad, "dx")
    assert gradients == {}


def test_an_average_pool_carries_boxes_through_its_window():
    x = np.zeros((1, 1, 8, 8), np.float32)
    y, metadata = AvgPool2d(2)(x, BOX)
    np.testing.assert_array_equal(np.asarray(metadata["bbox"]), [1, 1, 3, 2])
    assert metadata.where(row=1, col=2) == (4, 2, 6, 4)
    assert y.shape == (1, 1, 4, 4)


def test_a_cell_of_an_average_pool_sees_what_its_gradient_reaches():
    network = Sequential(Conv2d(1, 1, 3, padding=1, rng=0), AvgPool2d(3, 2, 1, ceil_mode=True))
    x = np.ones((1, 1, 9, 7), np.float32)
    y, metadata, cache = network.forward(x, {})
    for row, col in np.ndindex(*y.shape[2:]):
        dy = np.zeros_like(y)
        dy[0, 0, row, col] = 1
        rows, cols = np.nonzero(network.backward(dy, cache)[0][0, 0])
        reached = cols.min(), rows.min(), cols.max() + 1, rows.max() + 1
        assert metadata.where(row, col) == reached


def test_a_global_average_pool_ends_places_and_lets_the_rest_travel():
    x = np.arange(32.0).reshape(2, 1, 4, 4)
    network = Sequential(pool=AvgPool2d(2), gap=GlobalAvgPool2d(), fc=Linear(1, 3, dtype=np.float64))
    y, metadata = network(x, [BOX, {"class": "dog"}])
    assert y.shape == (2, 3)
    assert [image["class"] for image in metadata] == ["cat", "dog"]
    with pytest.raises(GeometryEnded, match="ended at gap, because each of its outputs is the mean"):
        metadata[0]["bbox"]
    np.testing.assert_array_equal(np.asarray(metadata[0].at("pool")["bbox"]), [1, 1, 3, 2])


def test_the_summary_knows_their_shapes():
    network = Sequential(pool=AvgPool2d(3, 2, 1), gap=GlobalAvgPool2d())
    pool, gap = network.summary((5, 9, 8))
    assert (pool.output_shape, pool.receptive_field) == ((5, 5, 4), "3×3")
    assert (gap.output_shape, gap.receptive_field) == ((5,), "all")
    assert network.output_shape((5, 9, 8)) == network(np.zeros((1, 5, 9, 8)))[0].shape[1:]
