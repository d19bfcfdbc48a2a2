"""tinyconv.data.coinage: a diameter in millimetres makes the class, and no image alone can tell."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyconv.data import MetadataSplit, coins
from tinyconv.data.coinage import DIAMETERS, NARROWEST, WIDEST, image_alone_limit
from tinyconv.layers import MaxPool2d
from tinyconv.shapes import DTypeError, ShapeError

SIZES = st.integers(24, 70)
SEEDS = st.integers(0, 2**32)
MM = np.array(list(DIAMETERS.values()))  # by class


def photographs(split):
    """Every (image, label, metadata) of both parts."""
    for part in (split.train, split.test):
        yield from zip(*part, strict=True)


@given(count=st.integers(12, 30), size=SIZES, seed=SEEDS)
@settings(max_examples=20)
def test_coins_have_the_promised_shapes_and_ranges(count, size, seed):
    split = coins(count, size, 0.3, seed)
    assert isinstance(split, MetadataSplit)
    assert len(split.train_images) + len(split.test_images) == count
    for images, labels, metadata in (split.train, split.test):
        assert images.shape == (len(labels), 3, size, size)
        assert len(metadata) == len(labels)
        assert (images.dtype, labels.dtype) == (np.float32, np.int64)
        assert np.all((images >= 0) & (images <= 1))
        for label, entry in zip(labels, metadata, strict=True):
            assert list(entry) == ["pixels_per_mm", "boxes", "mask", "labels"]
            assert NARROWEST <= size / entry["pixels_per_mm"] <= WIDEST
            assert entry["labels"] == [list(DIAMETERS)[label]]


@given(size=SIZES, seed=SEEDS)
@settings(max_examples=20)
def test_box_and_mask_lie_on_the_coin(size, seed):
    for _, label, entry in photographs(coins(8, size, 0.5, seed)):
        mask, diameter = entry["mask"], MM[label] * entry["pixels_per_mm"]
        assert (mask.shape, mask.dtype) == ((size, size), np.int32)
        assert np.array_equal(np.unique(mask), [0, 1])
        assert abs(mask.sum() - np.pi / 4 * diameter**2) < np.pi * diameter / 4  # a quarter of a pixel
        [[x1, y1, x2, y2]] = entry["boxes"]
        assert entry["boxes"].dtype == np.float64
        ys, xs = np.nonzero(mask)
        assert (x1, y1, x2, y2) == (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
        assert min(x1, y1, size - x2, size - y2) >= 1
        assert max(abs(x2 - x1 - diameter), abs(y2 - y1 - diameter)) <= 1.5


def test_the_coin_is_what_stands_out():
    """The step of colour is at the mask's edge: pixels just inside differ from those well outside."""
    for image, _, entry in photographs(coins(40)):
        coin, table = image[:, entry["mask"] == 1], image[:, entry["mask"] == 0]
        assert np.abs(np.median(coin, axis=1) - np.median(table, axis=1)).max() > 0.1


def test_mask_and_zoom_tell_the_class():
    split = coins(400, seed=5)
    for _, label, entry in photographs(split):
        diameter = 2 * np.sqrt(entry["mask"].sum() / np.pi) / entry["pixels_per_mm"]
        assert np.abs(MM - diameter).argmin() == label


def test_a_diameter_in_pixels_does_not():
    """The best threshold between classes, by counting, is right no more often than the limit says."""
    rng = np.random.default_rng(0)
    label = rng.integers(len(MM), size=400_000)
    zoom = 1 / np.exp(rng.uniform(np.log(NARROWEST), np.log(WIDEST), size=len(label)))
    bins = np.digitize(np.log(MM[label] * zoom), np.linspace(-1.4, 0, 400))
    counts = np.zeros((402, len(MM)))
    np.add.at(counts, (bins, label), 1)
    assert abs(counts.max(axis=1).sum() / len(label) - image_alone_limit()) < 0.015


def test_the_zoom_is_drawn_alike_for_every_class():
    split = coins(2000, size=24)
    zooms = np.log([entry["pixels_per_mm"] for entry in split.train_metadata])
    low, high = np.log(24 / WIDEST), np.log(24 / NARROWEST)
    for label in range(len(MM)):
        ranks = np.sort((zooms[split.train_labels == label] - low) / (high - low))  # uniform on [0, 1]
        gap = np.abs(ranks - (np.arange(len(ranks)) + 0.5) / len(ranks)).max()
        assert gap < 1.63 / np.sqrt(len(ranks))  # Kolmogorov's bound: 1 % of honest draws break it


@given(groups=st.integers(2, 8), seed=SEEDS)
@settings(max_examples=10)
def test_every_class_comes_as_often(groups, seed):
    split = coins(4 * groups, 24, 0.5, seed)
    assert len(set(np.bincount(split.train_labels, minlength=4))) == 1
    assert len(set(np.bincount(split.test_labels, minlength=4))) == 1


@given(size=SIZES, seed=SEEDS)
@settings(max_examples=10)
def test_same_seed_same_coins(size, seed):
    first, again = coins(8, size, 0.5, seed), coins(8, size, 0.5, seed)
    for (image, label, entry), (image2, label2, entry2) in zip(
        photographs(first), photographs(again), strict=True
    ):
        assert np.array_equal(image, image2)
        assert label == label2
        assert all(np.array_equal(entry[key], entry2[key]) for key in entry)


def test_another_seed_other_coins():
    first, other = ({image.tobytes() for image, _, _ in photographs(coins(12, seed=s))} for s in (0, 1))
    assert not first & other


def test_a_coin_does_not_depend_on_how_many_follow():
    few, many = ({image.tobytes() for image, _, _ in photographs(coins(count))} for count in (12, 30))
    assert len(few) == 12
    assert few < many


def test_the_metadata_travel():
    split = coins(12)
    _, metadata = MaxPool2d(2)(split.train_images, split.train_metadata)
    for behind, entry in zip(metadata, split.train_metadata, strict=True):
        assert np.array_equal(behind["boxes"].xyxy, entry["boxes"] / 2)
        assert behind["pixels_per_mm"] == entry["pixels_per_mm"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"count": 7}, ShapeError, "count (=7) must be at least 8"),
        ({"count": 2.0}, DTypeError, "count (=2.0) must be an int, got float"),
        ({"count": 8, "size": 23}, ShapeError, "size (=23) must be at least 24"),
        ({"count": 8, "size": (48, 48)}, DTypeError, "size (=(48, 48)) must be an int, got tuple"),
        ({"count": 8, "test_size": 0}, ShapeError, "test_size (=0) must lie between 0 and 1"),
        ({"count": 8, "seed": None}, DTypeError, "seed (=None) must be an int, got NoneType"),
        ({"count": 8}, ShapeError, "test_size (=0.2) must leave images of every class in both parts"),
    ],
)
def test_a_bad_argument_is_named(arguments, error, message):
    with pytest.raises(error, match="^" + re.escape(f"coins: {message}")):
        coins(**arguments)
