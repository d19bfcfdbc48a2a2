"""How many filters are enough."""

import numpy as np
import pytest

from tinyconv import (
    SGD,
    Adam,
    Conv2d,
    DTypeError,
    Flatten,
    Linear,
    ReLU,
    Sequential,
    ShapeError,
    evaluate,
    fit,
)
from tinyconv.inspection import filters_needed


def build(filters, seed):
    rng = np.random.default_rng(seed)
    return Sequential(
        conv=Conv2d(1, filters, 3, rng=rng), relu=ReLU(), flat=Flatten(), fc=Linear(filters * 4, 3, rng=rng)
    )


IMAGES = np.random.default_rng(0).standard_normal((30, 1, 4, 4)).astype(np.float32)
LABELS = np.arange(30) % 3
TRAIN, TEST = (IMAGES[:20], LABELS[:20]), (IMAGES[20:], LABELS[20:])


def test_every_entry_is_the_training_that_one_would_do_by_hand():
    found = filters_needed(
        build, TRAIN, TEST, (1, 3), epochs=3, batch_size=8, optimizer=lambda: SGD(lr=0.1), seeds=(0, 5),
        progress=False,
    )  # fmt: skip
    assert found.filters.tolist() == [1, 3]
    for row, filters in enumerate((1, 3)):
        for column, seed in enumerate((0, 5)):
            network = build(filters, seed)
            fit(network, *TRAIN, epochs=3, batch_size=8, optimizer=SGD(lr=0.1), seed=seed, progress=False)
            assert found.train_accuracy[row, column] == evaluate(network, *TRAIN).accuracy
            assert found.test_accuracy[row, column] == evaluate(network, *TEST).accuracy


def test_cost_is_counted_for_one_image():
    found = filters_needed(build, TRAIN, TEST, np.array([2, 4]), epochs=0, progress=False)
    assert found.parameters.tolist() == [2 * 9 + 2 + 8 * 3 + 3, 4 * 9 + 4 + 16 * 3 + 3]
    assert found.multiply_adds.tolist() == [2 * 9 * 4 + 8 * 3, 4 * 9 * 4 + 16 * 3]


def test_the_table_has_a_line_per_number_of_filters():
    found = filters_needed(build, TRAIN, TEST, (2, 4), epochs=1, seeds=(0, 1), progress=False)
    lines = repr(found).splitlines()
    assert lines[0].split("  ")[0].strip() == "filters"
    assert len(lines) == 4
    assert all("±" in line for line in lines[2:])


def test_a_bar_shows_how_far_it_is(capsys):
    filters_needed(build, TRAIN, TEST, (1,), epochs=0)
    assert "filters_needed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"filters": ()}, ShapeError, r"filters \(=\(\)\) must be a sequence of at least one int"),
        ({"filters": 4}, ShapeError, r"filters \(=4\) must be a sequence"),
        ({"filters": (4, 0)}, ShapeError, r"filters \(=0\) must be at least 1"),
        ({"filters": (4, 2.5)}, DTypeError, r"filters \(=2.5\) must be an int"),
        ({"seeds": ()}, ShapeError, r"seeds \(=\(\)\) must be a sequence"),
        (
            {"build": lambda filters, seed: None},
            DTypeError,
            r"build \(which returned a NoneType\) must return a l",
        ),
        ({"build": Sequential(ReLU())}, DTypeError, r"build \(a Sequential\) must be a function"),
        (
            {"train": IMAGES},
            DTypeError,
            r"train \(a ndarray\) must be \(images, labels\) or \(images, labels, m",
        ),
        ({"test": (IMAGES,)}, DTypeError, r"test \(a tuple\) must be \(images, labels\)"),
        (
            {"optimizer": Adam()},
            DTypeError,
            r"optimizer \(a Adam\) must be a function that makes one, like Adam",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name(change, error, message):
    arguments = {"build": build, "train": TRAIN, "test": TEST, "epochs": 1, **change}
    with pytest.raises(error, match="filters_needed: " + message):
        filters_needed(**arguments)
