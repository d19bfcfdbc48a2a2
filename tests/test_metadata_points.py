import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_metadata import coordinates, stacks

from tinyconv.metadata import Boxes, Points
from tinyconv.shapes import DTypeError, ShapeError


@st.composite
def point_arrays(draw):
    """(M, 2) or (M, K, 2) points on and around a small image."""
    M, K = draw(st.integers(0, 3)), draw(st.none() | st.integers(1, 3))
    shape = (M, 2) if K is None else (M, K, 2)
    count = math.prod(shape)
    return np.array(draw(st.lists(coordinates, min_size=count, max_size=count))).reshape(shape)


@pytest.mark.parametrize("shape", [(2,), (0, 2), (3, 2), (3, 4, 2)])
def test_the_shape_that_came_in_comes_out(shape):
    points = Points(np.ones(shape))
    assert np.asarray(points).shape == shape
    assert len(points) == len(points.xy) == (1 if shape == (2,) else shape[0])


def test_no_points_are_points():
    assert np.asarray(Points([])).shape == (0, 2)


@given(point_arrays(), st.tuples(st.integers(1, 20), st.integers(1, 20)))
def test_visible_and_status_count_the_points_on_the_canvas(xy, canvas):
    points, (H, W) = Points(xy, canvas), canvas
    objects = xy.reshape(len(xy), -1, 2) if len(xy) else []
    for row, keypoints in enumerate(objects):
        inside = [0 <= x < W and 0 <= y < H for x, y in keypoints]
        assert np.ravel(points.inside[row]).tolist() == inside
        assert points.visible[row] == pytest.approx(sum(inside) / len(inside))
        expected = "inside" if all(inside) else "clipped" if any(inside) else "outside"
        assert points.status[row] == expected
    assert points.area.tolist() == [0] * len(xy)


@given(point_arrays(), stacks())
def test_points_land_on_a_map_and_come_back(xy, stack):
    landed = Points(xy).on_map(stack.view)
    assert landed.canvas == stack.size
    np.testing.assert_allclose(stack.view.cols.to_image(landed.xy[..., 0]), xy[..., 0], atol=1e-12)
    np.testing.assert_allclose(stack.view.rows.to_image(landed.xy[..., 1]), xy[..., 1], atol=1e-12)


@given(point_arrays(), stacks(largest=7, layers=3))
def test_touch_is_the_cells_that_see_the_point(xy, stack):
    view, (OH, OW) = stack.view, stack.size
    cells = Points(xy).cells(view, "touch")
    for (x, y), (left, top, right, bottom) in zip(xy.reshape(-1, 2), cells.reshape(-1, 4), strict=True):
        found = {(row, col) for row in range(top, bottom) for col in range(left, right)}
        expected = set()
        for row in range(OH):
            for col in range(OW):
                x1, y1, x2, y2 = view.where(row, col)
                if x1 <= x < x2 and y1 <= y < y2:
                    expected.add((row, col))
        assert found == expected


@given(point_arrays(), stacks())
def test_center_is_the_one_cell_on_which_the_point_lands(xy, stack):
    landed, (OH, OW) = Points(xy).on_map(stack.view).xy, stack.size
    cells = Points(xy).cells(stack.view, "center")
    for (x, y), (x1, y1, x2, y2) in zip(landed.reshape(-1, 2), cells.reshape(-1, 4), strict=True):
        found = [(row, col) for row in range(y1, y2) for col in range(x1, x2)]
        on_map = 0 <= x < OW and 0 <= y < OH
        assert found == ([(math.floor(y), math.floor(x))] if on_map else [])


@given(point_arrays())
def test_an_object_overlaps_where_one_of_its_points_lies(xy):
    found = Points(xy).overlaps(1, 2, 5, 9)
    objects = xy.reshape(len(xy), -1, 2) if len(xy) else []
    assert found.tolist() == [any(1 <= x < 5 and 2 <= y < 9 for x, y in keypoints) for keypoints in objects]


@given(point_arrays())
def test_copies_and_pickles_are_equal_and_read_only(xy):
    points = Points(xy, canvas=(5, 6))
    for twin in (copy.deepcopy(points), pickle.loads(pickle.dumps(points))):
        assert twin == points
        assert not twin.xy.flags.writeable


def test_the_box_of_keypoints_holds_them_all():
    assert Points([[[1, 5], [3, 2]]]).boxes() == Boxes([[1, 2, 3, 5]])
    assert Points([1, 5]).boxes() == Boxes([1, 5, 1, 5])
    assert len(Points([]).boxes()) == 0


def test_rows_are_indexed_like_rows_of_an_array():
    points = Points([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
    assert points[1].tolist() == [[5, 6], [7, 8]]
    assert points[[1]] == Points([[[5, 6], [7, 8]]])
    assert points[:, 0].tolist() == [[1, 2], [5, 6]]
    assert [row.tolist() for row in points] == points.xy.tolist()


@pytest.mark.parametrize(
    ("array", "error", "message"),
    [
        ([1, 2, 3], ShapeError, r"Points: array \(shape=\(3,\)\) must have the shape \(M, 2\), \(M, K, 2\)"),
        (np.zeros((2, 0, 2)), ShapeError, r"shape=\(2, 0, 2\)"),
        ([[0, 1], [np.nan, 2]], ShapeError, r"Points: array \(row 1\) = \[nan, 2\] must be finite"),
        ([[0, 1], [2]], ShapeError, r"rows of different lengths"),
        ([["a", "b"]], DTypeError, r"dtype=<U1"),
    ],
)
def test_bad_points_are_refused(array, error, message):
    with pytest.raises(error, match=message):
        Points(array)


def test_questions_without_an_answer_are_refused():
    with pytest.raises(ShapeError, match=r"Points: canvas \(=None\) must be \(H, W\)"):
        _ = Points([1, 2]).visible
    with pytest.raises(ShapeError, match=r"cells: rule \(='inside'\) must be touch or center for points"):
        Points([1, 2]).cells(None, "inside")
