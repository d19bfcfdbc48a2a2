import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgba
from strategies_metadata import box_arrays, instance_masks
from strategies_plot import (
    blank_axes,
    drawn_boxes,
    drawn_colours,
    drawn_edges,
    drawn_points,
    enclosed,
    points_on,
)

from tinyconv.metadata import Boxes, Mask, Points
from tinyconv.plot.marks import corners, draw
from tinyconv.plot.style import Pen, object_colour

PEN = Pen.of(5, 1)
COLOURS = [object_colour(row) for row in range(6)]


def drawn(kind):
    ax = blank_axes()
    draw(kind, ax, COLOURS[: len(kind)], PEN)
    return ax


@given(box_arrays())
def test_each_box_that_is_on_the_map_is_drawn_at_its_coordinates_in_its_colour(xyxy):
    boxes = Boxes(xyxy, canvas=(8, 9))
    shown = boxes.status != "outside"
    ax = drawn(boxes)
    assert (drawn_boxes(ax) == xyxy[shown]).all()
    assert drawn_colours(ax) == [to_rgba(COLOURS[row]) for row in np.flatnonzero(shown)]


@given(box_arrays())
def test_a_box_has_its_label_at_its_top_left_corner_and_a_lost_one_has_none(xyxy):
    boxes = Boxes(xyxy, canvas=(8, 9))
    places = corners(boxes)
    shown = boxes.status != "outside"
    assert (places[shown] == xyxy[shown, :2]).all()
    assert np.isnan(places[~shown]).all()


@given(instance_masks(5, 6))
def test_the_outlines_of_an_instance_mask_enclose_its_objects(ids):
    ax = drawn(Mask(ids))
    for row in range(int(ids.max())):
        assert (enclosed(drawn_edges(ax, COLOURS[row]), 5, 6) == (ids == row + 1)).all()


@given(st.lists(instance_masks(4, 3, most=1), min_size=1, max_size=3))
def test_planes_that_overlap_are_outlined_one_by_one_each_in_its_colour(planes):
    ax = drawn(Mask(np.array(planes, bool)))
    for row, plane in enumerate(planes):
        assert (enclosed(drawn_edges(ax, COLOURS[row]), 4, 3) == plane).all()


def test_one_region_is_outlined():
    region = np.array([[True, False], [True, True]])
    assert (enclosed(drawn_edges(drawn(Mask(region))), 2, 2) == region).all()


@given(instance_masks(5, 6))
def test_an_objects_label_stands_where_its_cells_begin(ids):
    mask = Mask(ids)
    for row, place in enumerate(corners(mask)):
        y, x = np.nonzero(ids == row + 1)
        assert np.array_equal(place, [x.min(), y.min()] if len(x) else [np.nan, np.nan], equal_nan=True)


@given(points_on(8, 9, 3), st.booleans())
def test_points_are_drawn_where_they_lie_and_only_on_the_map(xy, as_keypoints):
    points = Points(xy[:, None] if as_keypoints else xy, canvas=(8, 9))
    inside = points.inside.ravel()
    ax = drawn(points)
    assert (drawn_points(ax) == xy[inside]).all()
    faces = ax.collections[0].get_facecolors()[: inside.sum()]  # of no points there is a face nevertheless
    assert [tuple(face) for face in faces] == [to_rgba(COLOURS[row]) for row in np.flatnonzero(inside)]


@given(points_on(8, 9, 4))
def test_keypoints_have_their_label_at_the_top_left_of_those_on_the_map(xy):
    points = Points(xy.reshape(2, 2, 2), canvas=(8, 9))
    for place, own, inside in zip(corners(points), points.xy, points.inside, strict=True):
        expected = own[inside].min(axis=0) if inside.any() else [np.nan, np.nan]
        assert np.array_equal(place, expected, equal_nan=True)


@pytest.mark.parametrize(
    "kind", [Boxes([], canvas=(4, 4)), Points([], canvas=(4, 4)), Mask(np.zeros((4, 4), int))]
)
def test_no_objects_are_no_error(kind):
    ax = drawn(kind)
    ax.figure.canvas.draw()
    assert len(drawn_boxes(ax)) == len(drawn_edges(ax)) == len(drawn_points(ax)) == 0


def test_a_mark_lies_on_a_dark_line_that_is_wider():
    ax = drawn(Boxes([1, 1, 3, 3], canvas=(4, 4)))
    under, over = ax.patches[0].get_path_effects()
    assert under._gc["linewidth"] > ax.patches[0].get_linewidth()
    assert type(over).__name__ == "Normal"
