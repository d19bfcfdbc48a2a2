"""tinyconv.explain: what it takes, what it refuses, and that the network stays as it was."""

import json
import re

import numpy as np
import pytest
from test_page_store import decoded

import tinyconv
from tinyconv import (
    Conv2d,
    Dropout,
    DTypeError,
    Flatten,
    Layer,
    Linear,
    ReLU,
    Sequential,
    ShapeError,
    explain,
)

X = np.random.default_rng(0).standard_normal((1, 3, 6, 5), np.float32)


def network():
    return Sequential(conv=Conv2d(3, 4, 3, rng=0), relu=ReLU(), flatten=Flatten(), fc=Linear(48, 5, rng=1))


def told(page):
    return json.loads(re.search(r'id="story">(.*?)</script>', page.html, re.DOTALL)[1])


def test_an_image_may_come_with_or_without_n(tmp_path):
    with_n, without = (explain(network(), x, path=tmp_path / "page.html") for x in (X, X[0]))
    assert with_n.html == without.html == (tmp_path / "page.html").read_text()


def test_metadata_may_be_a_dict_a_list_of_one_or_what_a_layer_gave(tmp_path):
    given = {"boxes": [[1, 1, 4, 4]], "labels": ["cat"]}
    pages = [explain(network(), X, metadata, tmp_path / "page.html") for metadata in (given, [given])]
    assert pages[0].html == pages[1].html
    assert told(pages[0])["objects"][0]["name"] == "cat"


def test_a_single_layer_is_a_network(tmp_path):
    nodes = told(explain(Conv2d(3, 2, 3), X, path=tmp_path / "page.html"))["nodes"]
    assert [node["name"] for node in nodes] == ["input", "Conv2d"]


def test_metadata_whose_places_have_ended_are_explained_on_the_page(tmp_path):
    _, metadata = network()(X, {"boxes": [[1, 1, 4, 4]], "class": "cat"})
    nodes = told(explain(network(), X, metadata, tmp_path / "page.html"))["nodes"]
    assert nodes[0]["lost"] == "no places behind flatten: it lays all cells of an image into one row"
    assert nodes[1]["view"]["rows"]["reach"] == 3
    assert nodes[1]["places"]["kinds"] == []


@pytest.mark.parametrize(("target", "index"), [(None, None), (2, 2), ((4,), 4)])
def test_the_gradients_are_those_of_the_target(target, index, tmp_path):
    page = told(explain(network(), X, path=tmp_path / "page.html", target=target))
    index = int(network()(X)[0].argmax()) if index is None else index
    assert page["target"] == [index]
    expected = np.eye(5, dtype=np.float32)[index] @ network()["fc"].weight
    np.testing.assert_array_equal(decoded(page["arrays"], page["nodes"][3]["dy"]), expected)


def test_a_target_on_maps_is_a_cell(tmp_path):
    page = told(explain(Conv2d(3, 2, 3, rng=0), X, path=tmp_path / "page.html", target=(1, 2, 0)))
    assert page["target"] == [1, 2, 0]


def test_the_network_stays_as_it_was(tmp_path):
    chain = Sequential(conv=Conv2d(3, 2, 3), norm=tinyconv.BatchNorm2d(2), dropout=Dropout())
    before = chain.state_dict(private=True)
    explain(chain, X, path=tmp_path / "page.html")
    for name, array in chain.state_dict(private=True).items():
        np.testing.assert_array_equal(array, before[name])


def test_a_layer_without_a_way_back_has_a_page_without_gradients(tmp_path):
    class OneWay(Layer):
        def _forward(self, x, run):
            return run.note("output", 2 * x), None

    page = told(explain(Sequential(one_way=OneWay()), X, path=tmp_path / "page.html"))
    assert page["target"] is None
    assert [node["dy"] for node in page["nodes"]] == [None, None]


def test_a_layer_that_does_not_tell_its_gradient_leaves_a_gap(tmp_path):
    class Quiet(Layer):
        def _forward(self, x, run):
            return run.note("output", 2 * x), None

        def _backward(self, dy, cache, note):
            return 2 * dy, {}

    page = told(explain(Sequential(relu=ReLU(), quiet=Quiet()), X, path=tmp_path / "page.html"))
    assert [node["dy"] is None for node in page["nodes"]] == [False, True, False]


def test_an_output_of_nan_only_has_a_page(tmp_path):
    page = told(explain(network(), np.full_like(X, np.nan), path=tmp_path / "page.html"))
    assert page["target"] == [0]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("conv", X), DTypeError, r"explain: network \(a str\) must be a layer"),
        ((network(), X[0, 0]), ShapeError, r"explain: image \(shape=\(6, 5\)\) must be one image"),
        (
            (network(), np.zeros((2, 3, 6, 5))),
            ShapeError,
            r"explain: image \(shape=\(2, 3, 6, 5\)\) must be one",
        ),
        (
            (network(), X.astype(int)),
            DTypeError,
            r"explain: image \(dtype=int64\) must be float32 or float64",
        ),
        ((network(), X[:, :2]), ShapeError, r"conv2d: weight .* must have .* 2 channels per filter"),
        ((network(), X, [{}, {}]), ShapeError, r"explain: metadata \(2 dicts\)"),
    ],
)
def test_bad_input_is_named_before_anything_is_written(arguments, error, message, tmp_path):
    with pytest.raises(error, match=message):
        explain(*arguments, path=tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        (5, ShapeError, r"explain: target \(=5\) must lie in the output's shape \(5,\)"),
        ((0, 1, 1), ShapeError, r"explain: target \(=\(0, 1, 1\)\) must be an index into .* \(5,\)"),
        (-1, ShapeError, r"explain: target \(=-1\) must be at least 0"),
        (1.5, DTypeError, r"explain: target \(=1.5\) must be an int"),
    ],
)
def test_a_target_that_does_not_exist_is_refused(target, error, message, tmp_path):
    with pytest.raises(error, match=message):
        explain(network(), X, path=tmp_path / "page.html", target=target)


def test_a_directory_that_is_not_there_is_said(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        explain(network(), X, path=tmp_path / "nowhere" / "page.html")
