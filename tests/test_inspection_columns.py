"""The column matrix knows where its entries came from."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from test_inspection_partial_products import layers_with_images
from torch.nn import functional as F

from tinyconv import Conv2d, DTypeError, MaxPool2d, ShapeError
from tinyconv.inspection import columns


@given(layers_with_images())
def test_every_entry_is_the_pixel_that_it_names(case):
    layer, x, _, image = case
    found = columns(layer, x, image=image)
    channel, row, col = np.moveaxis(found.pixels, -1, 0)
    named = np.where(row < 0, 0, x[image][channel, row, col])
    assert (found.columns == named).all()
    assert ((row < 0) == (col < 0)).all()


@given(layers_with_images())
def test_the_matrix_is_pytorchs(case):
    layer, x, _, image = case
    (top, bottom), (left, right) = layer.window.padding
    padded = F.pad(torch.from_numpy(x[image : image + 1]), (left, right, top, bottom))
    window = layer.window
    theirs = F.unfold(padded, window.kernel_size, window.dilation, 0, window.stride)[0].numpy()
    assert (columns(layer, x, image=image).columns == theirs).all()


@given(layers_with_images(), st.data())
def test_col2im_adds_into_a_pixel_what_was_copied_from_it(case, data):
    layer, x, _, image = case
    found = columns(layer, x, image=image)
    place = tuple(data.draw(st.integers(0, size - 1)) for size in x.shape[1:])
    entries = found.adding_into(*place)
    assert len(entries) == found.copies[place[1:]]
    assert all(tuple(found.pixels[tuple(entry)]) == place for entry in entries)


@given(layers_with_images())
def test_every_copy_is_counted(case):
    layer, x, _, image = case
    found = columns(layer, x, image=image)
    assert found.copies.sum() * x.shape[1] == (found.pixels[..., 1] >= 0).sum()
    assert found.output_size == layer(x)[0].shape[2:]
    assert found.columns.shape == (x.shape[1] * np.prod(found.kernel_size), np.prod(found.output_size))


X = np.zeros((1, 8, 8), np.float32)


def test_what_does_not_fit_is_refused_by_name():
    with pytest.raises(DTypeError, match=r"columns: layer \(=MaxPool2d\(2\)\) must be a Conv2d"):
        columns(MaxPool2d(2), X)
    with pytest.raises(ShapeError, match=r"columns: x \(shape=\(1, 1, 8, 8\)\) must have the C = 3 channels"):
        columns(Conv2d(3, 2, 3), X)
    found = columns(Conv2d(1, 2, 3), X)
    with pytest.raises(ShapeError, match=r"adding_into: channel \(=1\) must be one of the 1 of x, 0 to 0"):
        found.adding_into(1, 0, 0)
    with pytest.raises(
        ShapeError, match=r"adding_into: \(row, col\) \(=\(0, 8\)\) must be a cell of x: row 0 to 7"
    ):
        found.adding_into(0, 0, 8)
