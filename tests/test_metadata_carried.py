import copy
import pickle
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from strategies_metadata import box_arrays, carried, instance_masks, stacks

from tinyconv.geometry import Window
from tinyconv.metadata import Boxes, GeometryEnded, Metadata, attach
from tinyconv.shapes import ShapeError

POOL = Window.of("pool", 2, 2)


def cat():
    return attach({"bbox": [2, 2, 6, 6], "class": "cat"}, (1, 3, 8, 8), "test")


def cells_of(view):
    OH, OW = view.size
    return [(row, col) for row in range(OH) for col in range(OW)]


@given(box_arrays(), stacks(largest=7, layers=3))
def test_where_who_and_touch_agree(xyxy, stack):
    metadata = carried({"boxes": xyxy}, stack)
    touched = metadata.cells("boxes", "touch")
    for row, col in cells_of(metadata.view):
        x1, y1, x2, y2 = metadata.where(row, col)
        seen = (x2 > x1) and (y2 > y1)
        overlapping = [
            i for i, (low, t, r, b) in enumerate(xyxy) if seen and low < x2 and r > x1 and t < y2 and b > y1
        ]
        assert metadata.who(row, col).tolist() == overlapping
        within = [i for i, (low, t, r, b) in enumerate(touched) if low <= col < r and t <= row < b]
        assert within == overlapping


@given(box_arrays(), stacks(largest=7, layers=3))
def test_who_is_whole_in_a_cell_has_nothing_outside_of_it(xyxy, stack):
    metadata = carried({"boxes": xyxy}, stack)
    for row, col in cells_of(metadata.view):
        x1, y1, x2, y2 = metadata.where(row, col)
        within = [i for i, (low, t, r, b) in enumerate(xyxy) if x1 <= low and r <= x2 and y1 <= t and b <= y2]
        touched = metadata.who(row, col).tolist()
        assert metadata.who(row, col, whole=True).tolist() == [i for i in within if i in touched]


@given(box_arrays(), stacks(largest=7, layers=3))
def test_inside_and_center_are_what_they_say(xyxy, stack):
    metadata = carried({"boxes": xyxy}, stack)
    (rows, cols), inside, center = (
        metadata.view,
        metadata.cells("boxes", "inside"),
        metadata.cells("boxes", "center"),
    )
    assert inside.dtype == center.dtype == np.int64
    for i, (low, t, r, b) in enumerate(xyxy):
        for row, col in cells_of(metadata.view):
            top, left = row * rows.jump - rows.offset, col * cols.jump - cols.offset
            is_inside = low <= left and left + cols.reach <= r and t <= top and top + rows.reach <= b
            y, x = rows.start + row * rows.jump, cols.start + col * cols.jump
            for cells, expected in ((inside, is_inside), (center, low <= x < r and t <= y < b)):
                x1, y1, x2, y2 = cells[i]
                assert (x1 <= col < x2 and y1 <= row < y2) == expected


@given(box_arrays(), stacks())
def test_boxes_are_mapped_from_the_originals_on_every_map(xyxy, stack):
    metadata = carried({"boxes": xyxy}, stack)
    for step in metadata.history:
        at = metadata.at(step.name)
        assert at["boxes"] == Boxes(xyxy).on_map(at.view)
    assert metadata.at("input")["boxes"].xyxy.tolist() == xyxy.tolist()


def test_a_dict_goes_in_and_a_dict_comes_out():
    metadata = cat().through("pool1", POOL, 4, 4)
    assert isinstance(metadata, Mapping)
    assert dict(metadata) == {"bbox": Boxes([1, 1, 3, 3], canvas=(4, 4)), "class": "cat"}
    assert np.asarray(metadata["bbox"]).tolist() == [1, 1, 3, 3]
    assert list(metadata) == ["bbox", "class"]
    assert len(metadata) == 2
    assert metadata == dict(metadata)
    with pytest.raises(TypeError):
        metadata["class"] = "dog"
    with pytest.raises(KeyError):
        metadata["breed"]


def test_the_callers_dict_is_never_changed():
    boxes, mask, labels = np.array([[0.0, 0.0, 4.0, 4.0]]), np.ones((8, 8), int), ["cat"]
    mine = {"boxes": boxes, "mask": mask, "labels": labels}
    metadata = attach(mine, (1, 3, 8, 8), "test").through("pool1", POOL, 4, 4)
    metadata.sanitize(min_area=100)
    assert mine["boxes"] is boxes
    assert mine["labels"] == ["cat"]
    assert boxes.flags.writeable
    assert mask.flags.writeable
    boxes[:], mask[:] = 9, 0  # nor does the caller change the metadata
    mine["class"] = "dog"
    assert metadata["boxes"].xyxy.tolist() == [[0, 0, 2, 2]]
    assert np.asarray(metadata["mask"]).all()
    assert list(metadata) == ["boxes", "mask", "labels"]


def test_the_original_is_what_came_in_and_read_only():
    mine = {"bbox": [2, 2, 6, 6], "class": "cat"}
    metadata = attach(mine, (1, 3, 8, 8), "test").through("pool1", POOL, 4, 4)
    assert metadata.original == mine
    assert metadata.original["bbox"] is mine["bbox"]
    with pytest.raises(TypeError):
        metadata.original["class"] = "dog"


def test_behind_the_end_labels_travel_and_places_are_not_listed():
    ended = cat().through("pool1", POOL, 4, 4).ended("flatten", "it is flat")
    assert dict(ended) == {"class": "cat"}
    assert "bbox" not in ended
    assert len(ended) == 1
    assert ended["class"] == "cat"
    assert ended.original["bbox"] == [2, 2, 6, 6]
    assert ended.at("pool1")["bbox"] == Boxes([1, 1, 3, 3], canvas=(4, 4))


@pytest.mark.parametrize(
    ("ask", "question"),
    [
        (lambda metadata: metadata["bbox"], "['bbox']"),
        (lambda metadata: metadata.get("bbox"), "['bbox']"),
        (lambda metadata: metadata.where(0, 1), ".where(0, 1)"),
        (lambda metadata: metadata.who(0, 1), ".who(0, 1)"),
        (lambda metadata: metadata.cells("bbox"), ".cells('bbox', 'touch')"),
        (lambda metadata: metadata.sanitize(), ".sanitize()"),
        (lambda metadata: metadata.view, ".view"),
    ],
)
def test_asking_for_a_place_behind_the_end_says_what_to_do(ask, question):
    ended = cat().through("pool1", POOL, 4, 4).ended("flatten", "it is flat")
    with pytest.raises(GeometryEnded) as caught:
        ask(ended)
    assert str(caught.value) == (
        f"metadata{question}: places ended at flatten, because it is flat; "
        f'metadata.at("pool1"){question} still works'
    )
    ask(ended.at("pool1"))


@given(box_arrays(), stacks())
def test_copies_and_pickles_are_equal(xyxy, stack):
    metadata = carried({"boxes": xyxy, "class": "cat"}, stack)
    for twin in (copy.deepcopy(metadata), copy.copy(metadata), pickle.loads(pickle.dumps(metadata))):
        assert isinstance(twin, Metadata)
        assert twin == metadata
        assert twin.history == metadata.history
        assert twin.view == metadata.view


@given(stacks(largest=6, layers=2), instance_masks(6, 6))
def test_who_takes_any_kind_of_place(stack, ids):
    ids = ids[: stack.H, : stack.W]
    points = [[1.5, 1.5], [30, 2]]
    metadata = carried({"boxes": [[0, 0, 2, 2]], "mask": ids, "points": points, "class": "cat"}, stack)
    for row, col in cells_of(metadata.view):
        x1, y1, x2, y2 = metadata.where(row, col)
        present = np.unique(ids[y1:y2, x1:x2])
        assert metadata.who(row, col, "mask").tolist() == (present[present > 0] - 1).tolist()
        assert metadata.who(row, col, "points").tolist() == [0] * (x1 <= 1.5 < x2 and y1 <= 1.5 < y2)
        assert metadata.who(row, col).tolist() == metadata.who(row, col, "boxes").tolist()


def test_questions_without_an_answer_are_refused():
    metadata = cat()
    with pytest.raises(ShapeError, match=r"where: row \(=8\) must be below the map's 8"):
        metadata.where(8, 0)
    with pytest.raises(ShapeError, match=r"where: col \(=9\) must be below the map's 8"):
        metadata.who(0, 9)
    with pytest.raises(ShapeError, match=r"who: key \(='class'\) must be a key that has a place: bbox"):
        metadata.who(0, 0, "class")
    with pytest.raises(ShapeError, match=r"cells: key \(='mask'\) must be a key that has a place: bbox"):
        metadata.cells("mask")
    with pytest.raises(ShapeError, match=r"cells: rule \(='near'\) must be one of touch, inside, center"):
        metadata.cells("bbox", "near")
