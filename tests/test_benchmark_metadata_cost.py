"""benchmarks/metadata_cost.py runs, compares what computes the same, and says what falls short."""

import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest

import tinyconv
from tinyconv.layers import FiLM, ScaleBias
from tinyconv.metadata import attach

FOLDER = Path(tinyconv.__file__).parent.parent / "benchmarks"
pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="an installed package has no benchmarks beside it"
)


@pytest.fixture
def cost(monkeypatch):
    """The script, as a module, that leaves everybody's threads alone."""
    monkeypatch.syspath_prepend(FOLDER)
    module = importlib.import_module("metadata_cost")
    monkeypatch.setattr(module, "limit_threads", lambda threads: None)
    monkeypatch.setattr(module, "SHAPES", [(2, 3, 4, 5)])
    return module


def test_every_figure_is_printed_and_kept_with_its_aim(cost, monkeypatch, capsys, tmp_path):
    file = tmp_path / "figures.json"
    monkeypatch.setattr(sys, "argv", ["metadata_cost.py", "--turns", "1", "--json", str(file)])
    cost.main()
    out = capsys.readouterr().out
    findings = json.loads(file.read_text())["findings"]
    assert len(findings) == 5 + 2 * 2  # steps; two layers, two cases
    for finding in findings:
        assert finding["what"] in out
        assert finding["measured"] in out
    aims = [finding["aim"] for finding in findings]
    assert aims == ["", "≤ +5%", "", "≤ +5%", "", *["≤ 1.5×"] * 4]


def test_a_step_that_takes_longer_than_its_aim_falls_short(cost, monkeypatch):
    ms = {cost.ALONE: 100.0, cost.CARRIED: 105.1, cost.GIVEN: 110.0, cost.READ: 115.4, cost.PLAIN: 150.0}
    monkeypatch.setattr(cost, "take_turns", lambda works, turns: {name: ms[name] for name in works})
    _, carried, given, read, plain = cost.cost_of_steps(turns=1)
    assert carried.measured.endswith("+5.1%")
    assert str(carried).endswith("FALLS SHORT")
    assert given.measured.endswith("+10.0%")
    assert read.measured.endswith("+4.9%")
    assert str(read).endswith("holds")
    assert plain.measured.endswith("+36.4%")
    assert not plain.aim


def test_the_networks_differ_by_what_is_measured_only(cost):
    """Ten layers, and the same bits from given numbers and from the metadata that hold them."""
    rng = np.random.default_rng(0)
    images, labels = rng.random((cost.N, 1, cost.H, cost.W), np.float32), rng.integers(0, 10, cost.N)
    metadata = attach(cost.dicts(rng, labels), images.shape, "test")
    numbers = np.array(metadata.column("numbers"), np.float32)
    assert len(cost.lenet()) == 10
    given, _ = cost.lenet(FiLM(16, cost.Given(numbers), rng=0))(images)
    read, carried = cost.lenet(FiLM(16, cost.Numeric("numbers", 3), rng=0))(images, metadata)
    assert (given == read).all()
    assert len(carried.history) == 12
    assert np.abs(given - cost.lenet()(images)[0]).max() > 0


@pytest.mark.parametrize("layer", [FiLM, ScaleBias])
def test_who_computes_something_else_is_not_compared(cost, layer, monkeypatch):
    assert set(cost.films(layer, (2, 3, 4, 5))) == {"forward", "forward and backward"}
    right = layer.backward

    def wrong(self, dy, cache):
        dx, gradients = right(self, dy, cache)
        return dx, {name: 1.01 * gradient for name, gradient in gradients.items()}

    monkeypatch.setattr(layer, "backward", wrong)
    with pytest.raises(AssertionError):
        cost.films(layer, (2, 3, 4, 5))
