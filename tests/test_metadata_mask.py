import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_metadata import instance_masks, stacks

from tinyconv.geometry import View, Window
from tinyconv.metadata import Boxes, Mask
from tinyconv.shapes import DTypeError, ShapeError


@st.composite
def masked(draw):
    """A stack of windows, and a mask on its image in one of the three layouts."""
    stack = draw(stacks(largest=6, layers=3))
    ids = draw(instance_masks(stack.H, stack.W))
    layout = draw(st.sampled_from(["region", "instances", "planes"]))
    if layout == "region":
        return stack, ids > 1
    return stack, ids if layout == "instances" else np.arange(1, 4)[:, None, None] == ids


def cells_of(view):
    OH, OW = view.size
    return [(row, col) for row in range(OH) for col in range(OW)]


def plane_of(array, row):
    return (
        array
        if array.dtype == bool and array.ndim == 2
        else array[row]
        if array.ndim == 3
        else array == row + 1
    )


@given(masked())
def test_center_is_the_pixel_that_holds_the_centre(case):
    stack, array = case
    view = stack.view
    found = Mask(array).cells(view, "center")
    assert found.dtype == array.dtype
    assert found.shape == (*array.shape[:-2], *view.size)
    for row, col in cells_of(view):
        y, x = view.rows.start + row * view.rows.jump, view.cols.start + col * view.cols.jump
        on_canvas = 0 <= y < stack.H and 0 <= x < stack.W
        expected = array[..., int(y), int(x)] if on_canvas else np.zeros(array.shape[:-2], array.dtype)
        np.testing.assert_array_equal(found[..., row, col], expected)
    np.testing.assert_array_equal(np.asarray(Mask(array).on_map(view)), found)


@given(masked())
def test_touch_is_any_pixel_and_the_most_frequent_id(case):
    stack, array = case
    found = Mask(array).cells(stack.view, "touch")
    assert found.dtype == array.dtype
    for row, col in cells_of(stack.view):
        x1, y1, x2, y2 = stack.view.where(row, col)
        window = array[..., y1:y2, x1:x2]
        if array.dtype == bool:
            np.testing.assert_array_equal(found[..., row, col], window.any(axis=(-2, -1)))
        else:
            ids, counts = np.unique(window[window > 0], return_counts=True)
            assert found[row, col] == (ids[counts == counts.max()].min() if len(ids) else 0)


@given(masked())
def test_share_and_inside_count_the_pixels_that_a_cell_sees(case):
    stack, array = case
    mask = Mask(array)
    shares, inside = mask.cells(stack.view, "share"), mask.cells(stack.view, "inside")
    assert shares.dtype == np.float64
    assert inside.dtype == array.dtype
    for row, col in cells_of(stack.view):
        x1, y1, x2, y2 = stack.view.where(row, col)
        for i in range(len(mask)):
            window = plane_of(array, i)[y1:y2, x1:x2]
            share = window.mean() if window.size else 0
            assert (shares[row, col] if shares.ndim == 2 else shares[i, row, col]) == pytest.approx(share)
            if array.dtype == bool:
                assert (inside[row, col] if inside.ndim == 2 else inside[i, row, col]) == (share == 1)
            else:
                assert (inside[row, col] == i + 1) == (share == 1)


@given(masked())
def test_visible_is_the_share_of_pixels_whose_centre_lands_on_the_map(case):
    stack, array = case
    view, mask = stack.view, Mask(array)
    seen, (OH, OW) = mask.on_map(view), view.size
    assert len(seen) == len(mask)
    for i in range(len(mask)):
        ys, xs = np.nonzero(plane_of(array, i))
        y, x = view.rows.to_map(ys + 0.5), view.cols.to_map(xs + 0.5)
        landed = ((y >= 0) & (y < OH) & (x >= 0) & (x < OW)).sum()
        visible = landed / max(len(ys), 1)
        assert seen.visible[i] == pytest.approx(visible)
        assert seen.area[i] == pytest.approx(landed / (view.rows.jump * view.cols.jump))
        shown = seen[i].any()
        words = {0: "outside", 1: "inside" if shown else "subpixel"}
        assert seen.status[i] == words.get(visible, "clipped")


@given(masked())
def test_an_object_overlaps_where_it_has_a_pixel(case):
    _, array = case
    mask = Mask(array)
    expected = [plane_of(array, i)[1:3, 0:2].any() for i in range(len(mask))]
    assert mask.overlaps(0, 1, 2, 3).tolist() == expected


@given(masked(), st.data())
def test_kept_objects_are_renumbered_on_the_image_and_on_the_map(case, data):
    stack, array = case
    mask = Mask(array)
    size = len(mask) + (array.dtype != bool and data.draw(st.integers(0, 2)))  # some objects without a pixel
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)), bool)
    for before, after in (
        (mask, mask.kept(keep)),
        (mask.on_map(stack.view), mask.on_map(stack.view).kept(keep)),
    ):
        rows = np.flatnonzero(keep[: len(mask)])
        assert len(after) == len(rows)
        for new, old in enumerate(rows):
            np.testing.assert_array_equal(after[new], before[old])
        assert after.visible.tolist() == before.visible[rows].tolist()
        assert after.status.tolist() == before.status[rows].tolist()


@given(masked())
def test_copies_and_pickles_are_equal_and_read_only(case):
    stack, array = case
    for mask in (Mask(array), Mask(array).on_map(stack.view)):
        for twin in (copy.deepcopy(mask), pickle.loads(pickle.dumps(mask))):
            assert twin == mask
            assert twin.visible.tolist() == mask.visible.tolist()
            assert np.asarray(twin).dtype == array.dtype
            assert not np.asarray(twin).flags.writeable


def test_a_mask_is_a_copy():
    array = np.zeros((2, 2), bool)
    mask = Mask(array)
    array[:] = True
    assert not np.asarray(mask).any()


def test_an_object_that_no_cell_shows_keeps_its_row():
    view = View.of_image(4, 4).through(Window.of("pool", 2, 2), 2, 2)
    ids = np.zeros((4, 4), int)
    ids[2:, 2:], ids[0, 0] = 1, 2  # object 2 is one pixel, beside every centre
    seen = Mask(ids).on_map(view)
    assert np.asarray(seen).tolist() == [[0, 0], [0, 1]]
    assert seen.status.tolist() == ["inside", "subpixel"]
    assert seen.visible.tolist() == [1, 1]


def test_boxes_are_tight_and_those_of_missing_objects_lie_outside():
    mask = Mask([[0, 3, 3], [1, 0, 3]])
    assert mask.boxes() == Boxes([[0, 1, 1, 2], [-1, -1, -1, -1], [1, 0, 3, 2]], canvas=(2, 3))
    assert mask.boxes().status.tolist() == mask.status.tolist() == ["inside", "outside", "inside"]


def test_rows_are_planes():
    mask = Mask([[0, 2], [1, 0]])
    assert mask[-1].tolist() == [[False, True], [False, False]]
    assert len(list(mask)) == 2
    with pytest.raises(IndexError):
        mask[2]


@pytest.mark.parametrize(
    ("array", "error", "message"),
    [
        ([[0.0, 1.0]], DTypeError, r"Mask: array \(dtype=float64\) must be bool or integers: use mask > 0"),
        (None, DTypeError, r"dtype=object"),
        ([[1, 2], [3]], ShapeError, r"rows of different lengths"),
        ([0, 1], ShapeError, r"Mask: array \(shape=\(2,\), dtype=int64\) must have the shape \(H, W\)"),
        (
            np.zeros((2, 3, 3), int),
            ShapeError,
            r"shape=\(2, 3, 3\), dtype=int64\) must .* \(M, H, W\) in bool",
        ),
        ([[0, -1]], ShapeError, r"Mask: array \(lowest id -1\) must hold ids from 0"),
    ],
)
def test_bad_masks_are_refused(array, error, message):
    with pytest.raises(error, match=message):
        Mask(array)


def test_an_unknown_rule_is_refused():
    with pytest.raises(
        ShapeError, match=r"cells: rule \(='near'\) must be one of center, touch, inside, share"
    ):
        Mask([[True]]).cells(None, "near")
