"""One output pixel by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_inspection_partial_products import layers_with_images

from tinyconv import Conv2d, DTypeError, ShapeError
from tinyconv.inspection import patch


@given(layers_with_images(), st.data())
def test_the_sums_and_the_bias_are_the_output(case, data):
    layer, x, filter, image = case
    y, _ = layer(x)
    row, col = (data.draw(st.integers(0, size - 1)) for size in y.shape[2:])
    found = patch(layer, x, filter, row, col, image=image)
    assert found.output == pytest.approx(y[image, filter, row, col], abs=1e-12)
    assert found.sums.sum() + found.bias == pytest.approx(found.output, abs=1e-12)
    assert (found.products == found.patch * found.kernel).all()
    assert (found.sums == found.products.sum(axis=(1, 2))).all()


@given(layers_with_images(), st.data())
def test_every_tap_names_its_pixel(case, data):
    layer, x, filter, image = case
    row, col = (data.draw(st.integers(0, size - 1)) for size in layer(x)[0].shape[2:])
    found = patch(layer, x, filter, row, col, image=image)
    window = layer.window
    for kh, kw in np.ndindex(window.kernel_size):
        h = row * window.rows.stride - window.rows.before + kh * window.rows.dilation
        w = col * window.cols.stride - window.cols.before + kw * window.cols.dilation
        if 0 <= h < x.shape[2] and 0 <= w < x.shape[3]:
            assert (found.rows[kh, kw], found.cols[kh, kw]) == (h, w)
            assert (found.patch[:, kh, kw] == x[image, found.channels, h, w]).all()
        else:
            assert (found.rows[kh, kw], found.cols[kh, kw]) == (-1, -1)
            assert (found.patch[:, kh, kw] == 0).all()


@pytest.mark.parametrize(
    ("place", "error", "message"),
    [
        (
            (6, 0),
            ShapeError,
            r"patch: \(row, col\) \(=\(6, 0\)\) must be a cell of Conv2d\(1, 2, 3\): row 0 to 5",
        ),
        ((0, -1), ShapeError, r"patch: \(row, col\) \(=-1\) must be at least 0"),
        ((0.5, 0), DTypeError, r"patch: \(row, col\) \(=0.5\) must be an int"),
    ],
)
def test_a_pixel_off_the_map_is_refused(place, error, message):
    with pytest.raises(error, match=message):
        patch(Conv2d(1, 2, 3), np.zeros((1, 8, 8), np.float32), 0, *place)
