"""What people call the objects of an image."""

import numpy as np
import pytest

from tinyconv.metadata.labels import labels_of


@pytest.mark.parametrize(
    ("values", "objects", "labels"),
    [
        ({"labels": np.array([3, 4])}, 2, ("3", "4")),
        ({"classes": ["cat", "dog"]}, 2, ("cat", "dog")),
        ({"class": "cat"}, 1, ("cat",)),
        ({"class": 7}, 1, ("7",)),
        ({"names": ("a",), "labels": [1, 2]}, 1, ("a",)),
        ({"labels": ["cat"]}, 2, ()),
        ({"other": ["cat"]}, 1, ()),
        ({}, 1, ()),
    ],
)
def test_labels_are_the_first_usual_key_with_one_item_per_object(values, objects, labels):
    assert labels_of(values, objects) == labels
