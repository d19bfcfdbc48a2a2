import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyconv.layers import ConcatMetadata, Embedding, FiLM, Flatten, Linear, Numeric, ReLU, Residual
from tinyconv.metadata import Boxes, attach
from tinyconv.network import Sequential
from tinyconv.shapes import DTypeError, ShapeError
from tinyconv.training.examples import Examples, checked_examples

NETWORK = Sequential(Flatten(), Linear(6, 3))
IMAGES = np.arange(24, dtype=np.float32).reshape(4, 1, 2, 3)
LABELS = np.array([0, 2, 1, 0])
METADATA = [{"name": f"image {row}"} for row in range(4)]


@given(N=st.integers(1, 12), batch_size=st.integers(1, 15), with_metadata=st.booleans(), data=st.data())
def test_batches_hold_every_example_once_and_keep_its_rows_together(N, batch_size, with_metadata, data):
    order = np.array(data.draw(st.permutations(range(N))))
    images = np.arange(N, dtype=np.float64).reshape(N, 1, 1, 1)
    metadata = attach([{"row": row} for row in range(N)], images.shape, "test") if with_metadata else None
    examples = Examples(images, np.arange(N), metadata)
    batches = list(examples.batches(batch_size, order))
    assert [len(batch) for batch in batches[:-1]] == [batch_size] * (len(batches) - 1)
    assert 1 <= len(batches[-1]) <= batch_size
    np.testing.assert_array_equal(np.concatenate([batch.labels for batch in batches]), order)
    np.testing.assert_array_equal(np.concatenate([batch.images.ravel() for batch in batches]), order)
    for batch in batches:
        rows = None if batch.metadata is None else [row["row"] for row in batch.metadata]
        assert rows == (batch.labels.tolist() if with_metadata else None)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.uint64])
def test_labels_may_be_any_ints(dtype):
    examples = checked_examples("fit", NETWORK, IMAGES, LABELS.astype(dtype), METADATA)
    assert examples.labels.dtype == np.int64
    np.testing.assert_array_equal(examples.labels, LABELS)
    assert checked_examples("fit", NETWORK, IMAGES, LABELS.tolist()).metadata is None


@pytest.mark.parametrize(
    ("images", "labels", "metadata", "error", "words"),
    [
        (IMAGES[0], LABELS, None, ShapeError, "images"),
        (IMAGES.astype(int), LABELS, None, DTypeError, "images"),
        (IMAGES.astype(np.float64), LABELS, None, DTypeError, "dtype"),
        (IMAGES[:0], LABELS[:0], None, ShapeError, r"images \(shape=\(0, 1, 2, 3\)\) must hold at least one"),
        (IMAGES, LABELS[:3], None, ShapeError, r"labels \(shape=\(3,\)\) must be \(4,\)"),
        (IMAGES, LABELS[:, None], None, ShapeError, "labels"),
        (IMAGES, LABELS.astype(float), None, DTypeError, r"labels \(dtype=float64\) must be ints"),
        (IMAGES, LABELS > 0, None, DTypeError, "labels"),
        (IMAGES, LABELS - 1, None, ShapeError, r"labels\[0\] \(=-1\)"),
        (IMAGES, LABELS + 1, None, ShapeError, r"labels\[1\] \(=3\)"),
        (IMAGES, LABELS, METADATA[:3], ShapeError, r"metadata \(3 dicts\) must hold one dict per image"),
        (IMAGES, LABELS, {"name": "all"}, DTypeError, r"metadata \(a dict\)"),
        (IMAGES, LABELS, ["a", "b", "c", "d"], DTypeError, "metadata"),
        (IMAGES, LABELS, [*METADATA[:3], {"bbox": [2, 0, 1, 1]}], ShapeError, "bbox"),
    ],
)
def test_what_breaks_a_rule_is_named(images, labels, metadata, error, words):
    with pytest.raises(error, match=words):
        checked_examples("fit", NETWORK, images, labels, metadata)


def test_a_network_that_gives_no_classes_is_named():
    with pytest.raises(ShapeError, match=r"fit: network turns one image into shape \(1, 1, 2, 3\)"):
        checked_examples("fit", Sequential(ReLU()), IMAGES, LABELS)


def test_metadata_that_a_layer_returned_are_taken():
    _, batch = ReLU()(IMAGES, METADATA)
    examples = checked_examples("fit", NETWORK, IMAGES, LABELS, batch)
    (part,) = examples.batches(2, order=np.array([3, 1]))
    assert [row["name"] for row in part.metadata] == ["image 3", "image 1"]


def test_every_value_that_a_layer_reads_is_looked_at_before_any_work():
    """Also deep inside: the error names the row in the data set, not the one in some shuffled batch."""
    inner = Sequential(ReLU(), FiLM(1, Numeric("zoom")))
    network = Sequential(Residual(inner), Flatten(), ConcatMetadata(Embedding("id", 3, 2)), Linear(8, 3))
    good = [{"id": row % 3, "zoom": 1.5} for row in range(4)]
    assert len(checked_examples("fit", network, IMAGES, LABELS, good)) == 4
    for bad, error, words in [
        ({"id": 3, "zoom": 1}, ShapeError, r"^fit: metadata\[2\]\['id'\] \(=3\) must be an int from 0 to 2"),
        ({"id": 1, "zoom": "x"}, DTypeError, r"^fit: metadata\[2\]\['zoom'\] \(='x'\) must be a number"),
        ({"id": 1}, ShapeError, r"^fit: metadata\[2\]\['zoom'\] is missing"),
    ]:
        with pytest.raises(error, match=words):
            checked_examples("fit", network, IMAGES, LABELS, [*good[:2], bad, good[3]])
    with pytest.raises(ShapeError, match=r"^fit: metadata \(=None\) must hold 'zoom' for each image"):
        checked_examples("fit", network, IMAGES, LABELS)


def test_places_are_taken_in_once_and_every_batch_carries_the_same(monkeypatch):
    metadata = [{"boxes": [[0, 0, row, 1]]} for row in range(4)]
    examples = checked_examples("fit", NETWORK, IMAGES, LABELS, metadata)
    monkeypatch.setattr(Boxes, "__init__", None)  # whoever takes a box in again fails
    for batch in (*examples.batches(2, order=np.array([3, 1, 0, 2])), examples.take(np.array([3, 1]))):
        _, carried = NETWORK(batch.images, batch.metadata)
        taken = [np.asarray(boxes).tolist() for boxes in carried.column("boxes")]
        assert taken == [metadata[row]["boxes"] for row in batch.images[:, 0, 0, 0].astype(int) // 6]
