"""What a cell sees: told by the windows, proven by changing all the rest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_inspection import METADATA, networks

from tinyconv import (
    Conv2d,
    DTypeError,
    Flatten,
    GlobalAvgPool2d,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    Sequential,
    ShapeError,
    trace,
)
from tinyconv.inspection import receptive_field
from tinyconv.inspection.way import named_layers
from tinyconv.metadata import GeometryEnded

KINDS = ("conv", "conv", "avg", "batch", "film", "tanh")  # layers that let every gradient through


@settings(max_examples=100)
@given(networks(kinds=KINDS, dense=False), st.data())
def test_what_a_cell_does_not_see_does_not_change_it(case, data):
    network, x = case
    layer = data.draw(st.sampled_from(list(named_layers(network))))
    H, W = trace(network, x[None], METADATA)[f"{layer}/output"].shape[2:]
    row, col = data.draw(st.integers(0, H - 1)), data.draw(st.integers(0, W - 1))
    found = receptive_field(network, layer, row, col, x, METADATA)

    x1, y1, x2, y2 = found.xyxy
    assert 0 <= x1 <= x2 <= x.shape[2]
    assert 0 <= y1 <= y2 <= x.shape[1]
    other = x + 1
    other[:, y1:y2, x1:x2] = x[:, y1:y2, x1:x2]
    before, after = (trace(network, z[None], METADATA)[f"{layer}/output"][0, :, row, col] for z in (x, other))
    assert (before == after).all()


@settings(max_examples=100)
@given(networks(dense=False), st.data())
def test_without_an_image_the_window_is_the_same(case, data):
    network, x = case
    layer = data.draw(st.sampled_from(list(named_layers(network))))
    H, W = trace(network, x[None], METADATA)[f"{layer}/output"].shape[2:]
    row, col = data.draw(st.integers(0, H - 1)), data.draw(st.integers(0, W - 1))
    found, endless = (
        receptive_field(network, layer, row, col, image, metadata)
        for image, metadata in ((x, METADATA), (None, None))
    )
    assert endless.xyxy == endless.window == found.window
    assert (endless.size, endless.jump, endless.centre) == (found.size, found.jump, found.centre)
    x1, y1, x2, y2 = found.window
    assert (y2 - y1, x2 - x1) == found.size
    further = receptive_field(network, layer, row + 1, col + 2)
    assert further.window[1] - y1 == found.jump[0]
    assert further.window[0] - x1 == 2 * found.jump[1]


NETWORK = Sequential(
    stem=Sequential(conv=Conv2d(1, 2, 3, padding=1), relu=ReLU()),
    res=Residual(Conv2d(2, 2, 3, padding=1)),
    pool=MaxPool2d(2),
    flat=Flatten(),
    fc=Linear(32, 2),
)
X = np.zeros((2, 1, 8, 8), np.float32)
SCENES = [
    {"boxes": [[0, 0, 1, 1]], "labels": ["ant"]},
    {"boxes": [[0, 0, 3, 3], [2, 0, 8, 3], [6, 6, 8, 8]], "labels": ["cat", "dog", "hen"]},
]


def test_it_names_the_objects_that_the_cell_sees():
    found = receptive_field(NETWORK, "pool", 0, 0, X, SCENES, image=1)
    assert found.xyxy == (0, 0, 4, 4)
    assert found.window == (-2, -2, 4, 4)
    assert (found.touched.tolist(), found.inside.tolist(), found.labels) == ([0, 1], [0], ("cat", "dog"))
    assert found.metadata["boxes"].xyxy.tolist() == [[0, 0, 3, 3], [2, 0, 8, 3], [6, 6, 8, 8]]
    assert (found.x == X[1]).all()
    assert "shows cat, dog" in repr(found)


def test_a_layer_inside_a_residual_has_a_window_too():
    assert receptive_field(NETWORK, "res.body", 4, 4).size == (5, 5)
    assert receptive_field(NETWORK, "res.body", 4, 4, X[0]).xyxy == (2, 2, 7, 7)


def test_where_places_have_ended_the_error_lists_the_layers_that_have_some():
    message = (
        r"receptive_field: layer \(='fc'\) must be one whose cells have a place: places ended at flat, "
        r"because it lays all cells of an image into one row; "
        r"before it there are stem.conv, stem.relu, res.body, res, pool"
    )
    for x in (X, None):
        with pytest.raises(GeometryEnded, match=message):
            receptive_field(NETWORK, "fc", 0, 0, x)
    with pytest.raises(GeometryEnded, match="before it there are none"):
        receptive_field(Sequential(gap=GlobalAvgPool2d()), "gap", 0, 0, X)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"layer": "pool1"},
            ShapeError,
            r"layer \(='pool1'\) must be one of stem.conv, stem.relu, res.body, res",
        ),
        (
            {"row": 4},
            ShapeError,
            r"\(row, col\) \(=\(4, 0\)\) must be a cell of pool: row 0 to 3, column 0 to 3",
        ),
        ({"col": -1}, ShapeError, r"\(row, col\) \(=-1\) must be at least 0"),
        ({"x": None, "row": -1}, ShapeError, r"row \(=-1\) must be at least 0"),
        ({"x": None, "metadata": SCENES}, ShapeError, r"metadata must come with x"),
        (
            {"x": X[:, :, 0]},
            ShapeError,
            r"x \(shape=\(1, 2, 1, 8\)\) must fit|x \(shape=\(1, 2, 8\)\) must fit",
        ),
        ({"metadata": SCENES[:1]}, ShapeError, r"metadata \(1 dicts\) must hold one dict per image"),
        ({"network": None}, DTypeError, r"network \(a NoneType\) must be a layer"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(change, error, message):
    arguments = {"network": NETWORK, "layer": "pool", "row": 0, "col": 0, "x": X, **change}
    with pytest.raises(error, match="receptive_field: .*" + message):
        receptive_field(**arguments)
