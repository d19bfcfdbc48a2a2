"""Checks that every inspection shares."""

import numpy as np
import pytest
from strategies_inspection import film

from tinyconv import MaxPool2d, ShapeError
from tinyconv.inspection.arguments import batch_of_one, own_metadata

X = np.arange(3.0).reshape(3, 1, 1, 1)


def test_one_image_of_a_batch_and_one_alone_are_a_batch_of_one():
    assert batch_of_one("test", X, 2)[0].tolist() == X[2:].tolist()
    assert batch_of_one("test", X[1], 0)[0].tolist() == X[1:2].tolist()


def test_one_dict_for_one_image_a_list_and_what_attach_made_are_all_welcome():
    layer = film(1, np.random.default_rng(0))
    for metadata in ({"t": 1}, [{"t": 1}], own_metadata("test", layer, [{"t": 1}], (1, 1, 4, 4))):
        assert own_metadata("test", layer, metadata, (1, 1, 4, 4)).column("t") == [1]
    one = own_metadata("test", layer, [{"t": 1}], (1, 1, 4, 4))[0]
    assert own_metadata("test", layer, one, (1, 1, 4, 4)).column("t") == [1]


def test_metadata_that_have_passed_a_layer_say_how_to_come_back():
    _, behind = MaxPool2d(1)(np.zeros((1, 1, 4, 4)), {"bbox": [0, 0, 1, 1]})
    with pytest.raises(
        ShapeError, match=r'passed input, MaxPool2d; metadata.at\("input"\) has not\) must be'
    ):
        own_metadata("test", MaxPool2d(1), behind, (1, 1, 4, 4))
    assert len(own_metadata("test", MaxPool2d(1), behind.at("input"), (1, 1, 4, 4))) == 1
