import numpy as np
import pytest
from hypothesis import given, settings
from strategies_plot import (
    annotated_maps,
    blank_axes,
    drawn_boxes,
    drawn_colours,
    drawn_edges,
    drawn_points,
    enclosed,
    nothing_global_changes,  # noqa: F401
)

from tinyconv import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from tinyconv.metadata import attach
from tinyconv.plot import FeatureMapsDisplay, PictureDisplay, ValuesDisplay, visualize
from tinyconv.plot.style import object_colour
from tinyconv.shapes import DTypeError, ShapeError

CAT = {"bbox": [10, 10, 20, 20], "class": "cat"}


@settings(max_examples=100)
@given(annotated_maps())
def test_every_kind_is_drawn_where_the_metadata_place_it(case):
    y, metadata = case
    ax = blank_axes()
    visualize(y, metadata, ax, channel=0)
    if "boxes" in metadata:
        boxes = metadata["boxes"]
        assert drawn_boxes(ax) == pytest.approx(boxes.xyxy[boxes.status != "outside"], abs=1e-9)
    if "mask" in metadata:
        for row in range(len(metadata["mask"])):
            edges = drawn_edges(ax, object_colour(row))
            assert (enclosed(edges, *y.shape[2:]) == metadata["mask"][row]).all()
    if "points" in metadata:
        points = metadata["points"]
        assert (drawn_points(ax) == points.xy[points.inside]).all()
    assert ax.get_xlim() == (0, y.shape[3])
    assert ax.get_ylim() == (y.shape[2], 0)


@given(annotated_maps())
def test_the_title_counts_the_objects_outside(case):
    y, metadata = case
    ax = blank_axes()
    visualize(y, metadata, ax, channel=0)
    if set(metadata) <= {"boxes", "labels"} and "boxes" in metadata:
        lost = int((metadata["boxes"].status == "outside").sum())
        assert (f" · {lost} outside" in ax.get_title()) == (lost > 0)
        assert len(ax.patches) == len(metadata["boxes"]) - lost


def test_an_object_has_the_same_colour_on_every_map():
    metadata = {"boxes": [[0, 0, 4, 4], [20, 20, 30, 30], [8, 0, 12, 3]]}
    x = np.zeros((1, 3, 16, 16), np.float32)
    network = Sequential(conv1=Conv2d(3, 2, 3, padding=1, rng=0), pool1=MaxPool2d(2))
    ax = blank_axes()
    visualize(x, metadata, ax)
    expected = drawn_colours(ax)
    assert len(set(expected)) == 2
    for ax in visualize(*network(x, metadata)).axes_:
        assert drawn_colours(ax) == expected


def test_a_picture_is_drawn_in_its_colours():
    x = np.random.default_rng(0).random((1, 3, 32, 32), np.float32)
    display = visualize(x, CAT)
    assert isinstance(display, PictureDisplay)
    assert (display.axes_[0].images[0].get_array() == np.moveaxis(x[0], 0, -1)).all()


def test_one_channel_of_a_picture_is_drawn_on_its_own():
    x = np.random.default_rng(0).random((1, 3, 32, 32), np.float32)
    ax = visualize(x, CAT, channel=2).axes_[0]
    assert (ax.images[0].get_array() == x[0, 2]).all()
    assert ax.get_title() == "input · channel 2 · 32×32"


def test_several_maps_make_a_grid_and_one_map_does_not():
    y = np.random.default_rng(0).standard_normal((2, 5, 4, 4))
    grid = visualize(y, [{"class": 1}, {"class": 2}], image=1)
    assert isinstance(grid, FeatureMapsDisplay)
    assert (np.array([ax.images[0].get_array() for ax in grid.axes_]) == y[1]).all()
    assert isinstance(visualize(y[:, :1], image=1), PictureDisplay)


def test_a_bare_map_needs_no_metadata():
    cells = np.arange(-6.0, 6).reshape(3, 4)
    ax = visualize(cells).axes_[0]
    assert (ax.images[0].get_array() == cells).all()
    assert ax.get_title() == "channel 0 · 3×4"


def test_behind_a_layer_that_mixes_places_the_values_are_drawn_and_the_title_says_why():
    network = Sequential(relu1=ReLU(), flatten=Flatten(), fc=Linear(3 * 32 * 32, 10, rng=0))
    y, metadata = network(np.ones((2, 3, 32, 32), np.float32), [CAT, CAT])
    display = visualize(y, metadata, image=1)
    assert isinstance(display, ValuesDisplay)
    assert (display.values == y[1]).all()
    assert "fc · 10 values\nno places behind flatten" in display.axes_[0].get_title()


def test_maps_whose_places_have_ended_are_drawn_and_the_title_says_why():
    metadata = attach(CAT, (1, 3, 32, 32), "test").ended("mix", "it mixes everything")
    ax = visualize(np.zeros((1, 1, 2, 2)), metadata).axes_[0]
    assert ax.get_title().endswith("no places behind mix: it mixes everything")
    assert len(ax.patches) == len(ax.texts) == 0


def test_the_callers_arrays_stay_as_they_are():
    y = np.array([[np.nan, np.inf], [-1, 2]])
    y.flags.writeable = False
    visualize(y).figure_.canvas.draw()
    visualize(y, channel=0, ax=blank_axes())


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"channel": 3}, ShapeError, r"visualize: channel \(=3\) must be below C = 3"),
        ({"channel": -1}, ShapeError, r"visualize: channel \(=-1\) must be at least 0"),
        ({"channel": "red"}, DTypeError, r"visualize: channel \(='red'\) must be an int"),
        ({"image": 1}, ShapeError, r"visualize: image \(=1\) must be below N = 1"),
        ({"ax": "here"}, DTypeError, r"plot: ax \(a str\) must be matplotlib axes"),
        (
            {"metadata": [CAT, CAT]},
            ShapeError,
            r"visualize: metadata \(2 dicts\) must hold",
        ),
        ({"metadata": 3}, DTypeError, r"visualize: metadata \(a int\) must be None, a dict"),
        ({"metadata": {"bbox": [5, 5, 1, 1]}}, ShapeError, r"metadata: bbox \(row 0"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(arguments, error, message):
    with pytest.raises(error, match=message):
        visualize(np.zeros((1, 3, 8, 8)) - 1, **{"metadata": None, **arguments})


def test_several_maps_fit_themselves_into_one_ax():
    ax = blank_axes()
    display = visualize(np.zeros((1, 4, 8, 8)), ax=ax)
    assert display.figure_ is ax.figure
    for tile in display.axes_:
        box, room = tile.get_window_extent(), ax.get_window_extent()
        assert room.x0 <= box.x0 < box.x1 <= room.x1
        assert room.y0 <= box.y0 < box.y1 <= room.y1


def test_a_row_of_values_that_is_not_there_is_refused():
    y, metadata = Flatten()(np.zeros((1, 1, 2, 2), np.float32), CAT)
    with pytest.raises(ShapeError, match=r"visualize: image \(=1\) must be below N = 1"):
        visualize(y, metadata, image=1)
