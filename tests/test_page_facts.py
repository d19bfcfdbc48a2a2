"""tinyconv.page.facts: every layer of the package has a kind, and the script explains each kind both ways."""

import re

import numpy as np
from test_page_store import decoded

import tinyconv
from tinyconv import Conv2d, Layer, MaxPool2d, Sequential, trace
from tinyconv.page.facts import KINDS, facts
from tinyconv.page.html import SCRIPTS, asset
from tinyconv.page.store import Store


def test_every_layer_of_the_package_has_a_kind():
    public = [getattr(tinyconv, name) for name in tinyconv.__all__]
    layers = {kind for kind in public if isinstance(kind, type) and issubclass(kind, Layer)}
    assert layers - {Layer, Sequential} == set(KINDS)


def test_every_kind_is_explained_by_the_script():
    script = "".join(asset(f"{name}.js") for name in SCRIPTS)
    kinds = set(re.findall(r'"kind": "(\w+)"|_of_kind\("(\w+)"', source())) | {("other", "")}
    for kind in {one or other for one, other in kinds}:
        assert re.search(rf"\bfunction {kind}\(", script), kind


def source():
    import inspect

    return inspect.getsource(inspect.getmodule(facts))


def test_weights_are_those_of_the_layer():
    layer, store = Conv2d(2, 4, (3, 2), groups=2, padding=((1, 0), (0, 2)), rng=0), Store()
    told = facts(layer, "conv", {}, store)
    np.testing.assert_array_equal(decoded(store.entries, told["weight"]), layer.weight.ravel())
    np.testing.assert_array_equal(decoded(store.entries, told["bias"]), layer.bias)
    assert told["window"]["padding"] == ((1, 0), (0, 2))
    assert told["groups"] == 2
    assert facts(Conv2d(1, 1, 1, bias=False), "conv", {}, store)["bias"] is None


def test_switches_are_those_of_the_run():
    network, store = Sequential(pool=MaxPool2d(2, 1)), Store()
    seen = trace(network, np.random.default_rng(0).standard_normal((1, 2, 5, 4)))
    told = facts(network["pool"], "pool", seen, store)
    np.testing.assert_array_equal(decoded(store.entries, told["indices"]), seen["pool/indices"].ravel())


def test_a_subclass_may_compute_something_else():
    class Mine(Conv2d):
        pass

    assert facts(Mine(1, 1, 1), "mine", {}, Store()) == {"kind": "other"}
