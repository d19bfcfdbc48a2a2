"""benchmarks/metadata_gain.py runs, and what it measures is there on one seed already."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

import tinyconv
from tinyconv.data.coinage import image_alone_limit

SCRIPT = Path(tinyconv.__file__).parent.parent / "benchmarks" / "metadata_gain.py"
pytestmark = pytest.mark.skipif(
    not SCRIPT.exists(), reason="an installed package has no benchmarks beside it"
)


@pytest.fixture
def script(monkeypatch):
    """The benchmark, as a module."""
    spec = importlib.util.spec_from_file_location("metadata_gain", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "metadata_gain", module)
    spec.loader.exec_module(module)
    before = tinyconv.get_num_threads()
    yield module
    tinyconv.set_num_threads(before)


def test_quick_measures_a_gain_that_shuffled_metadata_lose(script, monkeypatch, capsys, tmp_path):
    file = tmp_path / "figures.json"
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), "--quick", "--tasks", "digits", "--json", str(file)])
    script.main()
    out = capsys.readouterr().out
    assert re.search(r"^FiLM +image alone +\d+\.\d +\d+\.\d +\+\d+\.\d +[+−]\d+\.\d$", out, re.MULTILINE)
    figures = json.loads(file.read_text())
    assert figures["seeds"] == [0]
    for row in figures["digits"]:
        [without], [reading], [control] = row["without"], row["reading"], row["control"]
        assert reading - without >= 2
        assert control - without < (reading - without) / 2


def test_film_tells_coins_apart_as_no_image_alone_can(script):
    task = script.TASKS["coins"]
    found = script.accuracy(task, "FiLM", task.split(0), seed=0, epochs=task.quick_epochs)
    assert found >= 100 * image_alone_limit() + 15  # measured 34 points above it


@pytest.mark.parametrize("task", ["digits", "coins"])
def test_every_method_stands_in_its_network(script, task):
    task = script.TASKS[task]
    split = task.split(0)
    for method in [*script.BASELINES, script.ALONE, script.NORMALISED]:
        network = script.build(task, method, split, seed=0)
        logits, _ = network(split.test_images[:3], split.test_metadata[:3])
        assert logits.shape == (3, task.classes)
        reads = method in script.BASELINES
        with_others, _ = network(split.test_images[:3], split.test_metadata[3:6])
        assert (abs(logits - with_others).max() > 0) == reads


def test_shuffling_deals_every_dict_once_and_leaves_the_images(script):
    split = script.TASKS["digits"].split(0)
    dealt = script.shuffled(split, seed=0)
    assert dealt.train_images is split.train_images
    assert dealt.test_labels is split.test_labels
    for part in ("train_metadata", "test_metadata"):
        before, after = getattr(split, part), getattr(dealt, part)
        assert sorted(map(id, before)) == sorted(map(id, after))
        assert sum(a is b for a, b in zip(before, after, strict=True)) < 0.02 * len(before)
