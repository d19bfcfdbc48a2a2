import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_metadata import box_arrays, stacks

from tinyconv.metadata import Boxes
from tinyconv.metadata.formats import FORMATS
from tinyconv.shapes import DTypeError, ShapeError


@pytest.mark.parametrize("array", [[10, 10, 20, 20], [[10, 10, 20, 20]], np.zeros((0, 4)), []])
def test_the_shape_that_came_in_comes_out(array):
    shape = np.shape(array) or (0, 4)
    shape = (0, 4) if shape == (0,) else shape
    boxes = Boxes(array)
    assert np.asarray(boxes).shape == boxes.to("xywh").shape == shape
    assert boxes.xyxy.shape == (len(boxes), 4)
    assert boxes.xyxy.dtype == np.float64


@given(box_arrays(), st.sampled_from(sorted(FORMATS)))
def test_formats_go_in_and_out(xyxy, name):
    written = Boxes(xyxy, canvas=(7, 9)).to(name)
    np.testing.assert_allclose(Boxes(written, name, canvas=(7, 9)).xyxy, xyxy, atol=1e-12)


def test_boxes_are_a_read_only_copy():
    array = np.array([[0.0, 0.0, 2.0, 2.0]])
    boxes = Boxes(array)
    array[:] = 9
    assert boxes.xyxy.tolist() == [[0, 0, 2, 2]]
    for view in (boxes.xyxy, np.asarray(boxes), boxes[0]):
        with pytest.raises(ValueError, match="read-only"):
            view[...] = 1
    boxes.to("xyxy")[...] = 1  # a copy, for its owner
    assert boxes.xyxy.tolist() == [[0, 0, 2, 2]]


def test_rows_are_indexed_like_rows_of_an_array():
    boxes = Boxes([[0, 0, 1, 1], [2, 2, 5, 6], [3, 3, 4, 4]], canvas=(8, 8))
    assert boxes[1].tolist() == [2, 2, 5, 6]
    assert boxes[[True, False, True]] == Boxes([[0, 0, 1, 1], [3, 3, 4, 4]], canvas=(8, 8))
    assert boxes[1:] == boxes[[1, 2]]
    assert boxes[:, 0].tolist() == [0, 2, 3]
    assert [row.tolist() for row in boxes] == boxes.xyxy.tolist()
    assert boxes[0, 2] == 1


def test_equality_is_by_content():
    assert Boxes([0, 0, 1, 1]) == Boxes([0, 0, 1, 1])
    assert Boxes([0, 0, 1, 1]) != Boxes([[0, 0, 1, 1]])
    assert Boxes([0, 0, 1, 1]) != Boxes([0, 0, 1, 1], canvas=(4, 4))
    assert Boxes([0, 0, 1, 1]) != [0, 0, 1, 1]


@given(box_arrays(), st.none() | st.just((5, 6)))
def test_copies_and_pickles_are_equal_and_read_only(xyxy, canvas):
    boxes = Boxes(xyxy, canvas=canvas)
    for twin in (copy.deepcopy(boxes), pickle.loads(pickle.dumps(boxes))):
        assert twin == boxes
        assert not twin.xyxy.flags.writeable


@given(box_arrays(), stacks())
def test_boxes_land_on_a_map_and_come_back(xyxy, stack):
    view = stack.view
    landed = Boxes(xyxy).on_map(view)
    assert landed.canvas == view.size
    np.testing.assert_allclose(view.cols.to_image(landed.xyxy[:, 0::2]), xyxy[:, 0::2], atol=1e-12)
    np.testing.assert_allclose(view.rows.to_image(landed.xyxy[:, 1::2]), xyxy[:, 1::2], atol=1e-12)


def share(low, high, size):
    """How much of [low, high) lies in [0, size), one number at a time."""
    if low == high:
        return float(0 <= low < size)
    return max(0.0, min(high, size) - max(low, 0.0)) / (high - low)


@given(box_arrays(), st.tuples(st.integers(1, 30), st.integers(1, 30)))
def test_visible_status_and_area_follow_their_definition(xyxy, canvas):
    boxes, (H, W) = Boxes(xyxy, canvas=canvas), canvas
    for row, (x1, y1, x2, y2) in enumerate(xyxy.tolist()):
        visible = share(x1, x2, W) * share(y1, y2, H)
        assert boxes.visible[row] == pytest.approx(visible)
        assert boxes.area[row] == pytest.approx(visible * (x2 - x1) * (y2 - y1))
        if visible == 0:
            expected = "outside"
        elif x1 < 0 or y1 < 0 or x2 > W or y2 > H:
            expected = "clipped"
        else:
            expected = "subpixel" if x2 - x1 < 1 or y2 - y1 < 1 else "inside"
        assert boxes.status[row] == expected


@given(box_arrays(), st.lists(st.integers(-2, 20), min_size=4, max_size=4))
def test_overlap_is_half_open(xyxy, window):
    left, right = sorted(window[:2])
    top, bottom = sorted(window[2:])
    found = Boxes(xyxy).overlaps(left, top, right, bottom)
    for row, (x1, y1, x2, y2) in enumerate(xyxy):
        assert found[row] == (x1 < right and left < x2 and y1 < bottom and top < y2)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([10, 10, 5, 20],), ShapeError, r"Boxes: array \(row 0\) = \[10, 10, 5, 20\] must have x2 >= x1"),
        (([[0, 0, 1, 1], [0, 3, 1, 2.5]],), ShapeError, r"\(row 1\) = \[0, 3, 1, 2.5\] must have y2 >= y1"),
        (([0, 0, -1, 1], "xywh"), ShapeError, r"= \[0, 0, -1, 1\] must have width >= 0"),
        (([0, 0, 1, -1], "cxcywh"), ShapeError, r"must have height >= 0"),
        (([0, 0, -2, 0], "inclusive"), ShapeError, r"must have x2 >= x1 - 1"),
        (([0, 0, np.nan, 1],), ShapeError, r"Boxes: array \(row 0\) = \[0, 0, nan, 1\] must be finite"),
        (([[0, 0, 1, 1], [0, 0, np.inf, 1]],), ShapeError, r"\(row 1\) = \[0, 0, inf, 1\] must be finite"),
        ((np.zeros((3, 5)),), ShapeError, r"Boxes: array \(shape=\(3, 5\)\) must have the shape \(M, 4\)"),
        ((np.zeros((1, 2, 4)),), ShapeError, r"shape=\(1, 2, 4\)"),
        (([[0, 0, 1, 1], [0, 0]],), ShapeError, r"rows of different lengths"),
        (([0, 0, 1, 1], "coco"), ShapeError, r"Boxes: format \(='coco'\) must be one of xyxy, xywh, cxcywh"),
        (([0, 0, 1, 1], "yolo"), ShapeError, r"format \(='yolo'\) needs canvas=\(H, W\)"),
        (([0, 0, 1, 1], "xyxy", (0, 4)), ShapeError, r"canvas \(=0\) must be at least 1"),
        ((["a", "b", "c", "d"],), DTypeError, r"Boxes: array \(dtype=<U1\) must be an array of real numbers"),
        (([0, 0, 1j, 1],), DTypeError, r"dtype=complex128"),
        (([False, False, True, True],), DTypeError, r"dtype=bool"),
        ((None,), DTypeError, r"dtype=object"),
    ],
)
def test_bad_boxes_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Boxes(*arguments)


def test_what_is_visible_needs_a_canvas():
    for question in ("visible", "status", "area"):
        with pytest.raises(ShapeError, match=r"Boxes: canvas \(=None\) must be \(H, W\)"):
            getattr(Boxes([0, 0, 1, 1]), question)
    with pytest.raises(ShapeError, match=r"to: format \(='yolo'\) needs canvas"):
        Boxes([0, 0, 1, 1]).to("yolo")
