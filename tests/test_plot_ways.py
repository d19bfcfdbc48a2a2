import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyconv import ConcatMaps, Conv2d, Flatten, Linear, MaxPool2d, Numeric, ReLU, Sequential, trace
from tinyconv.plot.ways import _most_different, way_through
from tinyconv.shapes import ShapeError

NETWORK = Sequential(
    conv1=Conv2d(3, 8, 3, padding=1, rng=0),
    relu1=ReLU(),
    pool1=MaxPool2d(2),
    tail=Sequential(conv2=Conv2d(8, 1, 3, rng=1), relu2=ReLU()),
    flatten=Flatten(),
    fc=Linear(1 * 2 * 4, 10, rng=2),
)
X = np.random.default_rng(0).random((2, 3, 8, 12), np.float32)
CATS = [{"bbox": [2, 2, 6, 6], "class": "cat"}, {"bbox": [1, 1, 3, 4], "class": "tom"}]


def stops_of(way):
    return [stop for block in way.blocks for stop in block]


def test_the_maps_are_those_of_the_real_run():
    run = trace(NETWORK, X, CATS)
    for stop in stops_of(way_through(NETWORK, X, CATS, image=1, count=3)):
        assert (stop.maps == run[f"{stop.name}/output"][1][stop.channels]).all()


def test_each_stop_has_the_metadata_of_its_layer():
    _, metadata = NETWORK(X, CATS)
    for stop in stops_of(way_through(NETWORK, X, CATS, image=1, count=2)):
        assert stop.metadata["bbox"] == metadata[1].at(stop.name)["bbox"]
        assert stop.metadata["class"] == "tom"


def test_a_layer_that_adds_maps_begins_a_block():
    network = Sequential(relu=ReLU(), concat=ConcatMaps(Numeric("zoom")), again=ReLU())
    way = way_through(network, X[:1], {"zoom": 9, "bbox": [2, 2, 6, 6]}, image=0, count=4)
    assert [[stop.name for stop in block] for block in way.blocks] == [["relu"], ["concat", "again"]]
    assert [len(stop.maps) for stop in stops_of(way)] == [3, 4, 4]


def test_the_way_goes_to_where_places_end_in_blocks_that_keep_their_channels():
    way = way_through(NETWORK, X, CATS, image=0, count=3)
    assert [[stop.name for stop in block] for block in way.blocks] == [
        ["conv1", "relu1", "pool1"],
        ["tail.conv2", "tail.relu2"],
    ]
    for block in way.blocks:
        assert all((stop.channels == block[0].channels).all() for stop in block)
    assert [len(block[0].channels) for block in way.blocks] == [3, 1]


def test_without_metadata_the_maps_still_know_what_they_see():
    *_, last = stops_of(way_through(NETWORK, X, None, image=0, count=1))
    assert last.name == "tail.relu2"
    assert last.metadata.view.size == last.maps.shape[1:]


def test_a_single_layer_is_a_way_too():
    assert [stop.name for stop in stops_of(way_through(ReLU(), X, CATS, 0, 1))] == ["ReLU"]


def test_a_network_that_keeps_no_places_is_refused():
    with pytest.raises(ShapeError, match="network must begin with a layer that keeps places"):
        way_through(Sequential(Flatten(), Linear(288, 2)), X, CATS, 0, 1)


@given(st.integers(1, 6), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_the_chosen_channels_differ_and_the_first_varies_most(C, count, seed):
    maps = np.random.default_rng(seed).standard_normal((C, 3, 4))
    chosen = _most_different(maps, count)
    assert len(set(chosen.tolist())) == len(chosen) == min(C, count)
    assert chosen[0] == maps.std(axis=(1, 2)).argmax()


def test_a_copy_of_a_chosen_channel_comes_last():
    one, other = np.random.default_rng(0).standard_normal((2, 3, 4))
    assert _most_different(np.stack([5 * one, 4 * one, other]), 2).tolist() == [0, 2]


def test_dead_channels_and_missing_values_are_no_error():
    maps = np.zeros((3, 2, 2), np.float32)
    maps[1, 0] = np.nan, np.inf
    maps[2, 0, 0] = 1
    assert _most_different(maps, 3)[0] == 2
