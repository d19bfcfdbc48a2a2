import copy
import pickle
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_metadata import box_arrays, carried, stacks

from tinyconv.geometry import Window
from tinyconv.metadata import Metadata, MetadataBatch, attach


@given(st.lists(box_arrays(), max_size=4), stacks())
def test_a_ragged_batch_is_its_images(arrays, stack):
    images = [{"boxes": xyxy, "row": row} for row, xyxy in enumerate(arrays)]
    batch = carried(images, stack)
    assert isinstance(batch, Sequence)
    assert len(batch) == len(images)
    for image, metadata in zip(images, batch, strict=True):
        assert isinstance(metadata, Metadata)
        assert metadata == carried(image, stack)
        assert metadata.view is batch.view
        assert metadata.history is batch.history


@given(st.lists(box_arrays(), max_size=4), stacks(), st.slices(4))
def test_a_slice_is_a_batch(arrays, stack, part):
    batch = carried([{"boxes": xyxy} for xyxy in arrays], stack)
    assert isinstance(batch[part], MetadataBatch)
    assert list(batch[part]) == list(batch)[part]
    assert batch[part].view is batch.view


@given(st.lists(box_arrays(), min_size=1, max_size=4), stacks(), st.data())
def test_rows_are_a_batch_in_their_order_as_in_numpy(arrays, stack, data):
    batch = carried([{"boxes": xyxy} for xyxy in arrays], stack)
    N = len(batch)
    rows = data.draw(st.lists(st.integers(-N, N - 1), max_size=6))
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=N, max_size=N)))
    for chosen, expected in (
        (rows, [batch[row] for row in rows]),
        (np.array(rows, np.int64), [batch[row] for row in rows]),
        (mask, [metadata for metadata, keep in zip(batch, mask, strict=True) if keep]),
    ):
        assert isinstance(batch[chosen], MetadataBatch)
        assert list(batch[chosen]) == expected
        assert batch[chosen].view is batch.view


@given(st.lists(box_arrays(), max_size=4), stacks())
def test_sanitizing_a_batch_sanitizes_each_image(arrays, stack):
    batch = carried([{"boxes": xyxy, "ids": list(range(len(xyxy)))} for xyxy in arrays], stack)
    kept, keeps = batch.sanitize(min_visible=0.5)
    for metadata, after, keep in zip(batch, kept, keeps, strict=True):
        expected, expected_keep = metadata.sanitize(min_visible=0.5)
        assert after == expected
        assert keep.tolist() == expected_keep.tolist()
    if all(keep.all() for keep in keeps):
        assert kept is batch


@given(st.lists(box_arrays(), max_size=3), stacks())
def test_copies_and_pickles_are_equal(arrays, stack):
    batch = carried([{"boxes": xyxy} for xyxy in arrays], stack)
    for twin in (copy.deepcopy(batch), pickle.loads(pickle.dumps(batch))):
        assert isinstance(twin, MetadataBatch)
        assert list(twin) == list(batch)
        assert twin.history == batch.history


def test_images_share_no_annotation_even_from_one_dict():
    same = {"boxes": [[0, 0, 1, 1], [9, 9, 10, 10]], "labels": ["a", "b"]}
    batch = attach([same, same], (2, 1, 4, 4), "test")
    kept, _ = batch[0].sanitize()
    assert kept["labels"] == ["a"]
    assert batch[1]["labels"] == same["labels"] == ["a", "b"]


def test_a_row_off_the_batch_is_an_index_error():
    batch = attach([{}], (1, 1, 4, 4), "test")
    assert batch[-1] == {}
    for row in (1, [0, 1], np.array([-2])):
        with pytest.raises(IndexError):
            batch[row]


def test_a_column_is_one_value_per_image_and_lies_on_the_image():
    images = [{"id": 3, "bbox": [0, 0, 2, 2]}, {"id": None}, {"bbox": [0, 0, 4, 4]}]
    batch = attach(images, (3, 1, 4, 4), "test")
    assert batch.column("id", "none") == [3, None, "none"]
    assert batch[1:].column("id") == [None, None]
    assert batch[0].column("id") == [3]
    assert batch[1].column("bbox", 7) == [7]
    pooled = batch.through("pool", Window.of("pool", 2, 2), 2, 2)
    assert [np.asarray(boxes).tolist() for boxes in pooled[:1].column("bbox")] == [[0, 0, 2, 2]]
    assert pooled.ended("flatten", "it mixes").column("id", "none") == [3, None, "none"]
