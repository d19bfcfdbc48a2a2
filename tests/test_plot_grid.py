import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_plot import annotated_maps, drawn_boxes, nothing_global_changes  # noqa: F401

from tinyconv.plot import feature_maps
from tinyconv.shapes import DTypeError, ShapeError


@settings(max_examples=20)  # each draws a figure
@given(annotated_maps())
def test_each_channel_has_its_boxes(case):
    y, metadata = case
    display = feature_maps(y, metadata)
    plt.close(display.figure_)
    assert len(display.axes_) == y.shape[1]
    for ax, cells in zip(display.axes_, y[0], strict=True):
        assert (ax.images[0].get_array() == cells).all()
        if "boxes" in metadata:
            boxes = metadata["boxes"]
            assert drawn_boxes(ax) == pytest.approx(boxes.xyxy[boxes.status != "outside"], abs=1e-9)


@given(st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=10)
def test_all_maps_share_one_colour_scale(seed, rectified):
    y = np.random.default_rng(seed).standard_normal((6, 4, 4))
    y = np.maximum(y, 0) if rectified else y
    display = feature_maps(y)
    plt.close(display.figure_)
    limits = {ax.images[0].get_clim() for ax in display.axes_}
    assert limits == {(0 if rectified else -abs(y).max(), abs(y).max())}
    assert len({ax.images[0].get_cmap().name for ax in display.axes_}) == 1


def test_the_first_maps_are_drawn_and_the_title_says_of_how_many():
    y = np.random.default_rng(0).random((40, 3, 5))
    display = feature_maps(y, max_maps=6)
    assert (display.maps == y[:6]).all()
    assert [ax.get_title() for ax in display.axes_] == list("012345")
    assert display.figure_.texts[0].get_text() == "6 of 40 maps · 3×5"


def test_columns_are_as_many_as_asked_for():
    display = feature_maps(np.ones((6, 3, 5)), columns=2)
    lefts = {round(ax.get_position().x0, 6) for ax in display.axes_}
    tops = {round(ax.get_position().y1, 6) for ax in display.axes_}
    assert (len(lefts), len(tops)) == (2, 3)


def test_tiles_have_the_shape_of_their_maps_and_do_not_overlap():
    display = feature_maps(np.ones((6, 3, 5)))
    boxes = [ax.get_window_extent() for ax in display.axes_]
    assert all(box.height / box.width == pytest.approx(3 / 5) for box in boxes)
    assert not any(one.overlaps(other) for row, one in enumerate(boxes) for other in boxes[:row])


def test_the_colour_scale_stands_beside_the_maps():
    display = feature_maps(np.ones((3, 3, 5)))
    (bar,) = set(display.figure_.axes) - set(display.axes_)
    assert bar.get_position().x0 > max(ax.get_position().x1 for ax in display.axes_)
    assert bar.get_ylim() == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"columns": 0}, ShapeError, r"feature_maps: columns \(=0\) must be at least 1"),
        ({"max_maps": 0}, ShapeError, r"feature_maps: max_maps \(=0\) must be at least 1"),
        ({"max_maps": 2.0}, DTypeError, r"feature_maps: max_maps \(=2.0\) must be an int"),
        ({"image": 3}, ShapeError, r"feature_maps: image \(=3\) must be below N = 1"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(arguments, error, message):
    with pytest.raises(error, match=message):
        feature_maps(np.zeros((1, 2, 4, 4)), **arguments)
