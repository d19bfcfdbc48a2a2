import numpy as np
import pytest
from strategies_plot import nothing_global_changes  # noqa: F401

from tinyconv import Conv2d, Linear, ReLU
from tinyconv.plot import filters
from tinyconv.shapes import DTypeError, ShapeError


def test_filters_of_rgb_are_colour_tiles_in_which_grey_is_zero():
    weight = np.random.default_rng(0).standard_normal((5, 3, 4, 2)).astype(np.float32)
    weight[0, :, 0, 0] = 0
    display = filters(weight)
    assert display.rgb
    tiles = np.array([ax.images[0].get_array() for ax in display.axes_])
    assert tiles == pytest.approx(np.moveaxis(0.5 + 0.5 * weight / abs(weight).max(), 1, -1))
    assert tiles[0, 0, 0].tolist() == [0.5] * 3


def test_a_map_per_channel_has_its_numbers_in_place():
    weight = np.random.default_rng(1).standard_normal((2, 3, 2, 4))
    display = filters(weight, rgb=False)
    assert len(display.axes_) == 2 * 3
    for ax, tile in zip(display.axes_, weight.reshape(6, 2, 4), strict=True):
        assert (ax.images[0].get_array() == tile).all()
        written = {text.get_position(): float(text.get_text().replace("−", "-")) for text in ax.texts}
        expected = {(col + 0.5, row + 0.5): value for (row, col), value in np.ndenumerate(tile)}
        assert written.keys() == expected.keys()
        assert all(written[place] == pytest.approx(expected[place], abs=0.0501) for place in expected)


def test_small_weights_keep_two_digits_and_zero_has_no_sign():
    (ax,) = filters(np.array([[[[0.0123, -0.0]]]])).axes_
    assert [text.get_text() for text in ax.texts] == ["0.012", "0.000"]


def test_all_maps_share_one_scale_around_zero():
    weight = np.random.default_rng(2).random((3, 2, 7, 7))
    display = filters(weight)
    assert {ax.images[0].get_clim() for ax in display.axes_} == {(-weight.max(), weight.max())}
    assert all(len(ax.texts) == 0 for ax in display.axes_), "a kernel of 7×7 has no room for numbers"


def test_a_layer_is_as_good_as_its_weight():
    layer = Conv2d(3, 4, 3, rng=0)
    assert (filters(layer).weight == layer.weight).all()


def test_the_title_says_how_many_filters_there_are():
    titles = [filters(np.ones((9, 1, 3, 3)), max_filters=most).figure_.texts[0].get_text() for most in (2, 9)]
    assert titles == ["2 of 9 filters · 3×3", "9 filters · 3×3"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((Linear(4, 2),), ShapeError, r"filters: weight \(shape=\(2, 4\)\) must be \(F, C, KH, KW\)"),
        (
            (ReLU(),),
            DTypeError,
            r"filters: layer_or_weight \(a ReLU\) must be a layer with a weight, or an array",
        ),
        ((np.zeros((0, 1, 3, 3)),), ShapeError, "each at least 1"),
        ((np.zeros((2, 1, 3, 3), complex),), DTypeError, "must be an array of real numbers"),
    ],
)
def test_what_has_no_filters_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        filters(*arguments)


def test_colours_need_three_channels():
    with pytest.raises(ShapeError, match=r"filters: rgb \(=True\) needs three input channels, got C = 2"):
        filters(np.ones((1, 2, 3, 3)), rgb=True)


def test_at_least_one_filter_is_drawn():
    with pytest.raises(ShapeError, match=r"filters: max_filters \(=0\) must be at least 1"):
        filters(np.ones((1, 2, 3, 3)), max_filters=0)
