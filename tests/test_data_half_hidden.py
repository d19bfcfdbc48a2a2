"""tinyconv.data.half_hidden: what is hidden from the image, and what the metadata know of it."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyconv.data import MetadataSplit, digits, half_hidden, half_hidden_digits
from tinyconv.data.optdigits import all_digits
from tinyconv.shapes import DTypeError, ShapeError

SPLITS = {"test_size": st.floats(0.02, 0.98), "seed": st.integers(0, 2**32)}


def parts(split):
    return (split.train, split.test)


@given(**SPLITS)
@settings(max_examples=10)
def test_it_is_the_split_of_digits_without_their_lower_half(test_size, seed):
    hidden, whole = half_hidden_digits(test_size, seed), digits(test_size, seed)
    assert isinstance(hidden, MetadataSplit)
    for (images, labels, metadata), (originals, classes) in zip(parts(hidden), parts(whole), strict=True):
        assert (images.dtype, labels.dtype, images.shape) == (np.float32, np.int64, originals.shape)
        assert np.array_equal(images[:, :, :4], originals[:, :, :4])
        assert not images[:, :, 4:].any()
        assert np.array_equal(labels, classes)
        assert [entry["label"] for entry in metadata] == classes.tolist()


@given(**SPLITS)
@settings(max_examples=5)
def test_ink_is_the_amount_and_the_centre_of_what_is_hidden(test_size, seed):
    hidden, whole = half_hidden_digits(test_size, seed), digits(test_size, seed)
    for (_, _, metadata), (originals, _) in zip(parts(hidden), parts(whole), strict=True):
        for entry, original in zip(metadata, originals[:, 0].astype(np.float64), strict=True):
            assert list(entry) == ["label", "ink"]
            np.testing.assert_allclose(entry["ink"], ink_by_loops(original), rtol=1e-12)


def ink_by_loops(image):
    """Amount and centre of rows 4 to 7, pixel by pixel."""
    total = x = y = 0.0
    for row in range(4, 8):
        for col in range(8):
            total += image[row, col]
            x += image[row, col] * (col + 0.5)
            y += image[row, col] * (row + 0.5)
    return total / 32, x / total, y / total


def test_ink_knows_nothing_of_the_upper_half(monkeypatch):
    expected = half_hidden_digits()
    images, labels = all_digits()
    images[:, :, :4] = np.random.default_rng(0).random(images[:, :, :4].shape, np.float32)
    monkeypatch.setattr(half_hidden, "all_digits", lambda: (images, labels))
    scrambled = half_hidden_digits()
    assert not np.array_equal(scrambled.test_images, expected.test_images)
    for entry, other in zip(scrambled.test_metadata, expected.test_metadata, strict=True):
        assert np.array_equal(entry["ink"], other["ink"])


def test_every_hidden_half_has_ink():
    ink = np.array([entry["ink"] for entry in half_hidden_digits().train_metadata])
    assert ink.dtype == np.float64
    assert np.all((ink > [0, 0, 4]) & (ink < [1, 8, 8]))


def test_ink_alone_does_not_tell_the_digit():
    """Three numbers, and the nearest of 1,438: far from what image and ink reach together."""
    split = half_hidden_digits()
    train, test = (
        np.array([entry["ink"] for entry in metadata])
        for metadata in (split.train_metadata, split.test_metadata)
    )
    scale = train.std(axis=0)
    distances = np.square((test[:, None] - train) / scale).sum(axis=2)  # (359, 1438)
    accuracy = np.mean(split.train_labels[distances.argmin(axis=1)] == split.test_labels)
    assert 0.2 < accuracy < 0.7


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"test_size": 1}, ShapeError, "test_size (=1) must lie between 0 and 1"),
        ({"test_size": "0.2"}, DTypeError, "test_size (='0.2') must be a number, got str"),
        ({"test_size": 0.001}, ShapeError, "test_size (=0.001) must leave images of every class"),
        ({"seed": -1}, ShapeError, "seed (=-1) must be at least 0"),
        ({"seed": 0.5}, DTypeError, "seed (=0.5) must be an int, got float"),
    ],
)
def test_a_bad_split_is_named(arguments, error, message):
    with pytest.raises(error, match="^" + re.escape(f"half_hidden_digits: {message}")):
        half_hidden_digits(**arguments)
