"""tinyconv.page.story: every node holds the values, gradients and views of the run."""

import json
import re

import numpy as np
import pytest
from strategies_page import CASES
from test_page_store import decoded

from tinyconv import Layer, Sequential, trace
from tinyconv.geometry import View
from tinyconv.metadata import attach
from tinyconv.page.story import one_image, story


@pytest.fixture(scope="module", params=CASES)
def told(request, tmp_path_factory):
    case = CASES[request.param](tmp_path_factory.mktemp(request.param))
    return case, json.loads(re.search(r'id="story">(.*?)</script>', case.page.html)[1])


def test_nodes_hold_the_very_bits_of_the_run(told):
    case, page = told
    names = ["input", *[stop.output for stop in case.way]]
    for node, name in zip(page["nodes"], names, strict=True):
        assert decoded(page["arrays"], node["y"]).tobytes() == case.seen[name][0].tobytes(), name
        assert node["shape"] == list(case.seen[name].shape[1:])
        assert [names[source] for source in node["from"]] == (
            [] if name == "input" else list(case.way[names.index(name) - 1].sources)
        )


def test_nodes_hold_the_gradient_by_their_output(told):
    case, page = told
    for node, stop in zip(page["nodes"][1:], case.way, strict=True):
        gradient = case.dy if stop.gradient == "dy" else case.seen[stop.gradient]
        assert decoded(page["arrays"], node["dy"]).tobytes() == gradient[0].tobytes(), stop.path
    assert page["target"] == np.argwhere(case.dy[0])[0].tolist()


def test_a_node_s_view_is_the_engine_s(told):
    case, page = told
    for node, stop in zip(page["nodes"][1:], case.way, strict=True):
        here = case.seen.metadata.at(stop.path)
        if node["view"] is None:
            assert node["ended"].startswith("no places behind")
            assert any(step.reason for step in here.history)
        else:
            lines = [{name: tuple(v) if isinstance(v, list) else v for name, v in line.items()}
                     for line in (node["view"]["rows"], node["view"]["cols"])]  # fmt: skip
            assert View(*[type(here.view.rows)(**line) for line in lines]) == here.view


def test_a_layer_that_tells_nothing_is_named():
    class Silent(Layer):
        def _forward(self, x, run):
            return x, None

    network, x = Sequential(quiet=Silent()), np.zeros((1, 1, 2, 2))
    with pytest.raises(
        ValueError, match=r'explain: network \(quiet: Silent\(\)\) must tell .*note\("output", y\)'
    ):
        story(network, trace(network, x), attach({}, x.shape, "test"), None, None)


def test_one_image_is_taken_out_of_a_batch_of_one():
    batch = attach([{"class": "cat"}], (1, 1, 2, 2), "test")
    assert one_image(batch)["class"] == one_image(batch[0])["class"] == "cat"
    assert one_image(None) is None
