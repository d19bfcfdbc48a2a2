import numpy as np
import pytest

from tinyconv.metadata import Boxes, Mask, Points
from tinyconv.metadata.record import Record, check_mapping
from tinyconv.shapes import DTypeError, ShapeError


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("boxes", [[0, 0, 1, 1]], Boxes),
        ("bbox", [0, 0, 1, 1], Boxes),
        ("masks", np.ones((2, 3, 3), bool), Mask),
        ("mask", np.ones((3, 3), int), Mask),
        ("points", [[1, 1]], Points),
        ("keypoints", [[[1, 1]]], Points),
        ("roi", Boxes([0, 0, 1, 1]), Boxes),
        ("boxes", Points([1, 1]), Points),
    ],
)
def test_usual_keys_and_wrapped_values_have_a_place(key, value, kind):
    record = Record.of({key: value}, (3, 3), image=0)
    assert type(record.values[key]) is kind
    assert record.values[key].canvas == (3, 3)
    assert record.original[key] is value


def test_every_other_value_is_the_same_object():
    values = {"class": "cat", "temperature": 21.5, "ids": [1, 2], 7: np.ones(3), "box": [0, 0, 1, 1]}
    record = Record.of(values, (3, 3), image=0)
    assert all(record.values[key] is value for key, value in values.items())


def test_wrapped_values_are_shared_and_not_copied():
    boxes = Boxes([0, 0, 1, 1])
    assert Record.of({"boxes": boxes}, (3, 3), image=0).values["boxes"].xyxy is boxes.xyxy


@pytest.mark.parametrize(
    ("metadata", "error", "message"),
    [
        (
            {"boxes": [[0, 0, 1, 1], [0, 0, 2, 2], [10, 10, 5, 20]]},
            ShapeError,
            r"metadata: boxes \(row 2 of image 4\) = \[10, 10, 5, 20\] must have x2 >= x1",
        ),
        (
            {"points": [[0, np.nan]]},
            ShapeError,
            r"metadata: points \(row 0 of image 4\) = \[0, nan\] must be",
        ),
        ({"bbox": "cat"}, DTypeError, r"metadata: bbox \(dtype=<U3, image 4\) must be an array of real"),
        ({"masks": np.ones((3, 3))}, DTypeError, r"metadata: masks \(dtype=float64, image 4\) must be bool"),
        (
            {"mask": np.ones((3, 4), bool)},
            ShapeError,
            r"metadata: mask \(canvas=\(3, 4\), image 4\) must fit the image's \(H, W\) = \(3, 3\)",
        ),
        (
            {"roi": Boxes([0, 0, 1, 1], canvas=(9, 9))},
            ShapeError,
            r"metadata: roi \(canvas=\(9, 9\), image 4\)",
        ),
    ],
)
def test_what_breaks_a_rule_is_named_by_key_row_and_image(metadata, error, message):
    with pytest.raises(error, match=message):
        Record.of(metadata, (3, 3), image=4)


def test_the_first_usual_key_names_the_objects():
    everything = {
        "other": Boxes([[0, 0, 1, 1]]),
        "keypoints": [[1, 1]],
        "points": [[1, 1]],
        "mask": np.ones((3, 3), int),
        "masks": np.ones((1, 3, 3), bool),
        "bbox": [0, 0, 1, 1],
        "boxes": [[0, 0, 1, 1]],
    }
    while everything:
        last = list(everything)[-1]
        assert Record.of(everything, (3, 3), 0).spatial("who", None)[0] == last
        del everything[last]


@pytest.mark.parametrize("key", [None, "class", "nothing"])
def test_a_key_without_a_place_is_refused(key):
    with pytest.raises(ShapeError, match=r"who: key \(=.*\) must be a key that has a place: there is none"):
        Record.of({"class": "cat"}, (3, 3), 0).spatial("who", key)


def test_what_is_no_dict_is_refused():
    with pytest.raises(DTypeError, match=r"conv2d: metadata \(image 3: str\) must be a dict"):
        check_mapping("conv2d", "cat", 3)
