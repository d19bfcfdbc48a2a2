import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_metadata import box_arrays, carried, stacks

from tinyconv.geometry import Window
from tinyconv.metadata import Boxes, GeometryEnded, Mask, attach
from tinyconv.shapes import DTypeError, ShapeError


@given(
    box_arrays(), stacks(largest=8), st.sampled_from([0.0, 0.3, 0.5, 1.0]), st.sampled_from([0.0, 0.5, 2.0])
)
def test_rows_stay_together(xyxy, stack, min_visible, min_area):
    M, (H, W) = len(xyxy), (stack.H, stack.W)
    ids = np.arange(H * W).reshape(H, W) % (M + 1)
    planes = np.arange(1, M + 1)[:, None, None] == ids
    mine = {
        "boxes": xyxy,
        "masks": planes,
        "mask": ids,
        "points": xyxy[:, :2],
        "keypoints": xyxy.reshape(M, 2, 2),
        "labels": [f"object {i}" for i in range(M)],
        "scores": np.arange(M) / 10,
        "ids": tuple(range(M)),
        "class": "cat",
    }
    metadata = carried(mine, stack)
    kept, keep = metadata.sanitize(min_visible, min_area)

    boxes = metadata["boxes"]
    expected = (boxes.status != "outside") & (boxes.visible >= min_visible) & (boxes.area >= min_area)
    rows = np.flatnonzero(expected)
    assert keep.dtype == bool
    assert keep.tolist() == expected.tolist()
    assert kept["boxes"].xyxy.tolist() == boxes.xyxy[rows].tolist()
    assert kept["points"].xy.tolist() == metadata["points"].xy[rows].tolist()
    assert kept["keypoints"].xy.tolist() == metadata["keypoints"].xy[rows].tolist()
    assert kept["labels"] == [f"object {i}" for i in rows]
    assert kept["scores"].tolist() == (rows / 10).tolist()
    assert kept["ids"] == tuple(rows)
    assert kept["class"] == "cat"
    assert np.array_equal(kept.at("input")["masks"], planes[rows])
    renumbered = np.asarray(kept.at("input")["mask"])
    for new, old in enumerate(rows):
        assert np.array_equal(renumbered == new + 1, ids == old + 1)
    assert renumbered.max(initial=0) <= len(rows)
    assert kept.view == metadata.view
    assert kept.history == metadata.history
    assert kept.original is not None
    assert kept.original["boxes"] is xyxy


@given(box_arrays(), stacks())
def test_sanitizing_twice_changes_nothing(xyxy, stack):
    kept, _ = carried({"boxes": xyxy}, stack).sanitize(0.2, 0.5)
    again, keep = kept.sanitize(0.2, 0.5)
    assert keep.all()
    assert again is kept


def test_nothing_to_drop_is_the_identity():
    for mine in ({"boxes": [[0, 0, 2, 2]], "labels": ["a"]}, {"class": "cat"}, {"boxes": []}):
        metadata = attach(mine, (1, 1, 4, 4), "test")
        kept, keep = metadata.sanitize()
        assert kept is metadata
        assert keep.tolist() == [True] * len(mine.get("labels", []))


def test_min_area_counts_cells_of_the_current_map():
    metadata = attach({"boxes": [[0, 0, 4, 4], [4, 4, 6, 6]]}, (1, 1, 8, 8), "test")
    pooled = metadata.through("pool", Window.of("pool", 2, 2), 4, 4)
    assert metadata.sanitize(min_area=4)[1].tolist() == [True, True]
    assert pooled.sanitize(min_area=4)[1].tolist() == [True, False]


def test_a_value_for_one_object_stays_unless_there_is_just_one():
    many = attach(
        {"boxes": [[0, 0, 2, 2], [9, 9, 10, 10]], "bbox": [0, 0, 4, 4], "mask": np.ones((4, 4), bool)},
        (1, 1, 4, 4),
        "test",
    )
    kept, _ = many.sanitize()
    assert kept["bbox"] == many["bbox"]
    assert kept["mask"] == many["mask"]

    one = attach({"bbox": [9, 9, 10, 10], "mask": np.ones((4, 4), bool)}, (1, 1, 4, 4), "test")
    kept, keep = one.sanitize()
    assert keep.tolist() == [False]
    assert np.asarray(kept["bbox"]).shape == (0, 4)
    assert np.asarray(kept["mask"]).shape == (0, 4, 4)


def test_masks_or_points_may_name_the_objects():
    ids = np.array([[1, 0, 3], [0, 0, 3]])  # object 2 has no pixel
    metadata = attach({"mask": ids, "labels": ["a", "b", "c"]}, (1, 1, 2, 3), "test")
    kept, keep = metadata.sanitize()
    assert keep.tolist() == [True, False, True]
    assert kept["labels"] == ["a", "c"]
    assert np.asarray(kept["mask"]).tolist() == [[1, 0, 2], [0, 0, 2]]

    metadata = attach({"points": [[0.5, 0.5], [7, 7]], "scores": [1, 2]}, (1, 1, 2, 3), "test")
    assert metadata.sanitize()[0]["scores"] == [1]


def test_key_chooses_who_names_the_objects():
    mine = {"bbox": [0, 0, 4, 4], "masks": np.stack([np.ones((4, 4), bool), np.zeros((4, 4), bool)])}
    kept, keep = attach(mine, (1, 1, 4, 4), "test").sanitize(key="masks")
    assert keep.tolist() == [True, False]
    assert len(kept["masks"]) == len(kept["bbox"]) == 1


def test_plain_values_of_another_length_are_left_alone():
    mine = {
        "boxes": [[0, 0, 2, 2], [9, 9, 10, 10], [9, 9, 10, 10]],
        "labels": "cat",
        "names": ["cat", "dog"],
        "ids": np.array(7),
        "scores": [[1], [2, 3], [4]],
        "ages": [1, 2, 3],
    }
    metadata = attach(mine, (1, 1, 4, 4), "test")
    kept, _ = metadata.sanitize()
    assert all(kept[key] is mine[key] for key in ("labels", "names", "ids", "ages"))
    assert kept["scores"] == [[1]]
    assert metadata.sanitize(per_object=("ages",))[0]["ages"] == [1]


@pytest.mark.parametrize(
    ("mine", "message"),
    [
        (
            {"boxes": np.array([[9, 9, 10, 10]] * 2), "points": [[1, 1]] * 3},
            r"sanitize: points \(3 rows\) must have one row for each of the 2 objects",
        ),
        (
            {"boxes": np.array([[9, 9, 10, 10]] * 2), "mask": np.full((4, 4), 255)},
            r"sanitize: mask \(largest id 255\) must hold the ids 1 to 2 of the 2 objects; .* mask > 0",
        ),
    ],
)
def test_kinds_that_disagree_about_the_objects_are_refused(mine, message):
    with pytest.raises(ShapeError, match=message):
        attach(mine, (1, 1, 4, 4), "test").sanitize()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"min_visible": 1.5}, ShapeError, r"sanitize: min_visible \(=1.5\) must be from 0 to 1"),
        ({"min_visible": np.nan}, ShapeError, r"sanitize: min_visible \(=nan\)"),
        ({"min_area": -1}, ShapeError, r"sanitize: min_area \(=-1\) must be at least 0"),
        ({"per_object": "labels"}, DTypeError, r"sanitize: per_object \(='labels'\) must be a tuple of keys"),
        ({"key": "class"}, ShapeError, r"sanitize: key \(='class'\) must be a key that has a place: bbox"),
    ],
)
def test_bad_thresholds_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        attach({"bbox": Boxes([0, 0, 1, 1]), "class": "cat"}, (1, 1, 4, 4), "test").sanitize(**arguments)


def test_sanitizing_behind_the_end_is_refused():
    metadata = attach({"mask": Mask([[1]])}, (1, 1, 1, 1), "test").ended("flatten", "it is flat")
    with pytest.raises(GeometryEnded, match=r'metadata.at\("input"\).sanitize\(\) still works'):
        metadata.sanitize()
