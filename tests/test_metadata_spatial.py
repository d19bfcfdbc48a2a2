import numpy as np
import pytest
from hypothesis import given
from strategies_metadata import carried, stacks

from tinyconv.metadata import Boxes, Mask, Points, Spatial
from tinyconv.metadata.spatial import Place, statuses
from tinyconv.shapes import ShapeError


class Polygons(Spatial):
    """A kind that the package does not know: (M, 2·K) corners x, y, x, y, …"""

    __slots__ = ()

    def __init__(self, array):
        self._set(np.array(array, float), None, single=False)

    def boxes(self):
        corners = self._array.reshape(len(self), -1, 2)
        return Boxes(np.hstack([corners.min(axis=1), corners.max(axis=1)]), canvas=self.canvas)


@given(stacks())
def test_a_new_kind_states_one_function_and_travels(stack):
    array = [[1, 1, 5, 1, 3, 4], [9, 9, 12, 9, 9, 30]]
    boxes = [[1, 1, 5, 4], [9, 9, 12, 30]]
    metadata = carried({"outlines": Polygons(array), "boxes": boxes, "labels": ["a", "b"]}, stack)
    outlines, twin = metadata["outlines"], metadata["boxes"]
    assert outlines.boxes() == twin
    for question in ("visible", "status", "area"):
        assert getattr(outlines, question).tolist() == getattr(twin, question).tolist()
    for rule in ("touch", "inside", "center"):
        assert metadata.cells("outlines", rule).tolist() == metadata.cells("boxes", rule).tolist()
    assert metadata.who(0, 0, "outlines").tolist() == metadata.who(0, 0, "boxes").tolist()
    kept, keep = metadata.sanitize(min_visible=0.5)
    assert len(kept["outlines"]) == len(kept["boxes"]) == len(kept["labels"]) == keep.sum()


def test_a_kind_is_read_only():
    for value in (Boxes([0, 0, 1, 1]), Points([0, 0]), Mask([[True]])):
        with pytest.raises(AttributeError):
            value.canvas = (4, 4)
        with pytest.raises(AttributeError):
            value.anything = 1


def test_a_kind_has_no_hash_for_it_is_equal_by_content():
    with pytest.raises(TypeError, match="unhashable"):
        hash(Points([0, 0]))


def test_kinds_become_arrays_of_any_dtype():
    assert np.asarray(Boxes([0, 0, 1, 1]), dtype=np.float32).dtype == np.float32
    assert np.array(Mask([[2, 0]]), copy=True).flags.writeable


def test_a_repr_shows_numbers_and_canvas():
    assert repr(Points([1, 2.5])) == "Points([1. , 2.5])"
    assert repr(Mask([[0, 1]])) == "Mask([[0, 1]], canvas=(1, 2))"
    assert len(repr(Mask(np.zeros((200, 200), int)))) < 400


def test_a_place_names_function_argument_row_and_image():
    assert Place("metadata", "boxes", 0).row(2) == "metadata: boxes (row 2 of image 0)"
    assert Place("Boxes", "array").row(2) == "Boxes: array (row 2)"
    assert Place("metadata", "mask", 3).with_("shape=(2,)") == "metadata: mask (shape=(2,), image 3)"


def test_another_canvas_is_refused():
    boxes, place = Boxes([0, 0, 1, 1], canvas=(4, 5)), Place("metadata", "boxes", 1)
    assert boxes.on_canvas((4, 5), place) is boxes
    with pytest.raises(
        ShapeError, match=r"metadata: boxes \(canvas=\(4, 5\), image 1\) must fit .* \(5, 4\)"
    ):
        boxes.on_canvas((5, 4), place)


def test_the_words_have_an_order():
    visible, small = np.array([0, 0.5, 1, 1, 0, 0.5]), np.array([True, True, True, False, False, False])
    assert statuses(visible, small).tolist() == [
        "outside",
        "clipped",
        "subpixel",
        "inside",
        "outside",
        "clipped",
    ]
