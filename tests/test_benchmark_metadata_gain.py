"""benchmarks/metadata_gain.py runs, and what it measures is there on one seed already."""

import importlib
import json
import re
import sys
from pathlib import Path

import pytest

import tinyconv
from tinyconv.data.coinage import image_alone_limit

FOLDER = Path(tinyconv.__file__).parent.parent / "benchmarks"
pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="an installed package has no benchmarks beside it"
)


@pytest.fixture
def gain(monkeypatch):
    """The script, as a module, on one thread; behind it there are as many as before."""
    monkeypatch.syspath_prepend(FOLDER)
    module = importlib.import_module("metadata_gain")
    monkeypatch.setattr(module, "limit_threads", lambda threads: None)  # PyTorch's would stay limited
    before = tinyconv.get_num_threads()
    tinyconv.set_num_threads(1)
    yield module
    tinyconv.set_num_threads(before)


@pytest.fixture
def tasks(gain):
    """What the script trains, as a module."""
    return importlib.import_module("metadata_tasks")


def test_quick_measures_a_gain_that_shuffled_metadata_lose(gain, monkeypatch, capsys, tmp_path):
    file = tmp_path / "figures.json"
    monkeypatch.setattr(
        sys, "argv", ["metadata_gain.py", "--quick", "--tasks", "digits", "--json", str(file)]
    )
    gain.main()
    out = capsys.readouterr().out
    assert re.search(r"^FiLM +image alone +\d+\.\d +\d+\.\d +\+\d+\.\d +[+−]\d+\.\d$", out, re.MULTILINE)
    figures = json.loads(file.read_text())
    assert figures["header"]["seeds"] == "0"
    assert [row["method"] for row in figures["digits"]["rows"]] == gain.QUICK
    for row in figures["digits"]["rows"]:
        [without], [reading], [control] = row["without"], row["reading"], row["control"]
        assert reading - without >= gain.AIMS["digits"].gain  # measured 8 and 9
        assert control - without < (reading - without) / 2


def test_film_tells_coins_apart_as_no_image_alone_can(tasks):
    task = tasks.TASKS["coins"]
    found = tasks.accuracy(task, "FiLM", task.split(0), seed=0, epochs=task.quick_epochs)
    assert found >= 100 * image_alone_limit() + 15  # measured 36 points above it


@pytest.mark.parametrize("task", ["digits", "coins"])
def test_every_method_stands_in_its_network_and_all_else_starts_alike(tasks, task):
    task = tasks.TASKS[task]
    split = task.split(0)
    alone = tasks.build(task, tasks.ALONE, split, seed=0).parameters()
    for name in [tasks.ALONE, *tasks.METHODS]:
        network = tasks.build(task, name, split, seed=0)
        logits, _ = network(split.test_images[:3], split.test_metadata[:3])
        assert logits.shape == (3, task.classes)
        with_others, _ = network(split.test_images[:3], split.test_metadata[3:6])
        assert (abs(logits - with_others).max() > 0) == (name in tasks.READING)
        for parameter, array in network.parameters().items():
            if parameter.startswith("conv"):
                assert (array == alone[parameter]).all()


def test_methods_stand_where_their_papers_put_them(tasks):
    task = tasks.TASKS["digits"]
    split = task.split(0)
    before = {}
    for name in tasks.METHODS:
        names = list(tasks.build(task, name, split, seed=0).layers)
        before[name] = names[names.index("method") - 1]
    assert before == {
        tasks.NORMALISED: "conv2",
        "concatenation": "flatten",
        "scale and bias": "pool2",
        "FiLM": "conv2",
        "conditional batch norm": "conv2",
    }


def test_shuffling_deals_every_dict_once_and_leaves_the_images(tasks):
    split = tasks.TASKS["digits"].split(0)
    dealt = tasks.shuffled(split, seed=0)
    assert dealt.train_images is split.train_images
    assert dealt.test_labels is split.test_labels
    for part in ("train_metadata", "test_metadata"):
        before, after = getattr(split, part), getattr(dealt, part)
        assert sorted(map(id, before)) == sorted(map(id, after))
        assert sum(a is b for a, b in zip(before, after, strict=True)) < 0.02 * len(before)


def test_an_aim_is_for_each_method_or_for_the_best_and_the_control_must_lose_the_gain(gain):
    rows = [
        gain.Row("FiLM", without=[50.0, 60.0], reading=[60.0, 70.0], control=[50.0, 61.0]),  # +10, 5 % left
        gain.Row(
            "concatenation", without=[50.0, 60.0], reading=[53.0, 65.0], control=[52.0, 62.0]
        ),  # +4, 50 %
    ]

    def verdicts(aim, some=rows):
        return [finding.holds for finding in gain.findings(some, aim)]

    assert verdicts(gain.Aim(4.0, by_each=True)) == [True, False]
    assert verdicts(gain.Aim(4.1, by_each=True)) == [False, False]
    assert verdicts(gain.Aim(10.0, by_each=False), rows[:1]) == [True, True]
    assert verdicts(gain.Aim(10.1, by_each=False)) == [False, False]
    lost = gain.Row("FiLM", without=[50.0, 60.0], reading=[49.0, 60.0], control=[20.0, 30.0])
    assert verdicts(gain.Aim(4.0, by_each=True), [lost]) == [False, False]


def test_a_spread_is_mean_and_deviation_of_several(gain):
    assert gain.spread([90.04]) == "90.0"
    assert gain.spread([-1.0, 1.0]) == "0.0 ± 1.4"
    assert gain.spread([-2.0, -1.0], "+") == "−1.5 ± 0.7"
