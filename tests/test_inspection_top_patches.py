"""The patches that excite a filter most."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import seeds
from strategies_inspection import METADATA, film, networks

from tinyconv import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, ShapeError, trace
from tinyconv.data import digit_scenes
from tinyconv.inspection import deconvnet, top_patches
from tinyconv.inspection.way import named_layers


@settings(max_examples=60)
@given(networks(), st.integers(1, 6), st.integers(1, 7), st.integers(1, 4), seeds, st.data())
def test_they_are_the_strongest_of_their_images_in_order(case, N, k, batch_size, seed, data):
    network, x = case
    images = np.random.default_rng(seed).standard_normal((N, *x.shape))
    layer = data.draw(st.sampled_from(list(named_layers(network))))
    y = np.stack([trace(network, one[None], METADATA)[f"{layer}/output"][0] for one in images])
    filter = data.draw(st.integers(0, y.shape[1] - 1))
    best = top_patches(
        network, images, layer, filter, k, metadata=[METADATA] * N, batch_size=batch_size, progress=False
    )
    peaks = y[:, filter].reshape(N, -1).max(axis=1)
    assert len(best.images) == min(k, N)
    assert len(set(best.images.tolist())) == len(best.images)
    np.testing.assert_allclose(best.activations, peaks[best.images], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(best.activations, np.sort(peaks)[::-1][:k], rtol=1e-9, atol=1e-12)


@settings(max_examples=60)
@given(networks(), st.integers(1, 4), seeds, st.data())
def test_pictures_are_those_of_deconvnet_cut_where_the_patch_is_cut(case, N, seed, data):
    network, x = case
    images = np.random.default_rng(seed).standard_normal((N, *x.shape))
    layer = data.draw(st.sampled_from(list(named_layers(network))))
    best = top_patches(network, images, layer, 0, metadata=[METADATA] * N, progress=False)
    for row, image in enumerate(best.images):
        alone = deconvnet(network, images[image], layer, 0, metadata=METADATA)
        assert tuple(best.positions[row]) == (alone.position or (-1, -1))
        x1, y1, x2, y2 = best.boxes[row]
        for cut, whole in ((best.patches[row], images[image]), (best.pictures[row], alone.picture)):
            padded = np.pad(whole, ((0, 0), (99, 99), (99, 99)), constant_values=np.nan)
            expected = padded[:, 99 + y1 : 99 + y2, 99 + x1 : 99 + x2]
            np.testing.assert_allclose(cut, expected, rtol=1e-9, atol=1e-12)


def test_labels_are_those_of_the_objects_that_the_patch_shows():
    images, metadata = digit_scenes(12, size=40, seed=3)
    network = Sequential(conv=Conv2d(3, 4, 5, stride=2, rng=0), relu=ReLU(), pool=MaxPool2d(2))
    best = top_patches(network, images, "pool", 1, k=5, metadata=metadata, progress=False)
    for row, image in enumerate(best.images):
        x1, y1, x2, y2 = best.boxes[row]
        left, top, right, bottom = metadata[image]["boxes"].T
        shown = (left < x2) & (right > x1) & (top < y2) & (bottom > y1)
        assert best.labels[row] == tuple(map(str, metadata[image]["labels"][shown]))
    assert any(best.labels)
    assert len(repr(best).splitlines()) == 6


def test_behind_a_dense_layer_a_patch_is_the_whole_image():
    images = np.random.default_rng(0).standard_normal((4, 1, 3, 5))
    network = Sequential(flat=Flatten(), fc=Linear(15, 2, dtype=np.float64))
    best = top_patches(network, images, "fc", 1, k=2, progress=False)
    assert (best.patches == images[best.images]).all()
    assert best.positions.tolist() == [[-1, -1]] * 2
    assert best.boxes.tolist() == [[0, 0, 5, 3]] * 2


def test_each_image_goes_with_its_own_metadata():
    images, metadata = np.ones((3, 1, 2, 2)), [{"t": 1.0}, {"t": 9.0}, {"t": -4.0}]
    layer = film(1, np.random.default_rng(0))
    layer.project.linear.weight[:] = 1
    best = top_patches(layer, images, "FiLM", 0, metadata=metadata, batch_size=2, progress=False)
    assert best.images.tolist() == [1, 0, 2]


def test_a_bar_shows_how_far_it_is(capsys):
    top_patches(ReLU(), np.zeros((3, 1, 2, 2)), "ReLU", 0, batch_size=1)
    assert "ReLU, filter 0" in capsys.readouterr().err


NETWORK = Sequential(conv=Conv2d(1, 2, 3), flat=Flatten())
X = np.zeros((2, 1, 8, 8), np.float32)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layer": "conv2"}, r"layer \(='conv2'\) must be one of conv, flat"),
        ({"filter": 2}, r"filter \(=2\) must be one of the 2 of conv, 0 to 1"),
        ({"k": 0}, r"k \(=0\) must be at least 1"),
        ({"batch_size": 0}, r"batch_size \(=0\) must be at least 1"),
        ({"images": X[0]}, r"images \(shape=\(1, 8, 8\)\) must have 4 axes"),
        ({"images": X[:0]}, r"images \(shape=\(0, 1, 8, 8\)\) must hold at least one image"),
        (
            {"images": X[:, :, :2]},
            r"x \(shape=\(1, 1, 2, 8\)\) must fit the network, .*: conv2d: kernel_size",
        ),
        ({"metadata": [{}]}, r"metadata \(1 dicts\) must hold one dict per image"),
        (
            {"metadata": NETWORK(X, [{}, {}])[1]},
            r"metadata \(they have passed input, conv, flat; places ended at f",
        ),
    ],
)
def test_what_does_not_fit_is_refused_before_work_starts(change, message):
    arguments = {"network": NETWORK, "images": X, "layer": "conv", "filter": 0, **change}
    with pytest.raises(ShapeError, match="top_patches: " + message):
        top_patches(**arguments)
