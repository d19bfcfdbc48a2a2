"""benchmarks/metadata_cost.py compares what computes the same, and says what falls short."""

import json
import sys

import measure
import metadata_cost as cost
import numpy as np
import pytest
import report
from findings import Finding

from tinyconv.layers import FiLM, Numeric, ScaleBias
from tinyconv.metadata import attach


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Small maps, and everybody's threads left alone."""
    monkeypatch.setattr(report, "limit_threads", lambda threads: None)
    monkeypatch.setattr(cost, "SHAPES", [(2, 3, 4, 5)])


def test_every_figure_is_printed_and_kept_with_its_aim(monkeypatch, capsys, tmp_path):
    file = tmp_path / "figures.json"
    monkeypatch.setattr(sys, "argv", ["metadata_cost.py", "--turns", "1", "--json", str(file)])
    cost.main()
    out = capsys.readouterr().out
    findings = [Finding(*found) for found in json.loads(file.read_text())["findings"]]
    assert len(findings) == 5 + 2 * 2  # steps; two layers, two cases
    for finding in findings:
        assert finding.what in out
        assert finding.measured in out
    assert [finding.aim for finding in findings] == ["", "≤ +5%", "", "≤ +5%", "", *["≤ 1.5×"] * 4]


def test_a_step_that_takes_longer_than_its_aim_falls_short(monkeypatch):
    ms = {cost.ALONE: 100.0, cost.CARRIED: 105.1, cost.GIVEN: 110.0, cost.READ: 115.4, cost.PLAIN: 150.0}
    monkeypatch.setattr(
        cost, "take_turns", lambda works, turns: measure.Taken({name: ms[name] for name in works}, 1.0)
    )
    findings = list(cost.cost_of_steps(turns=1))
    assert [finding.measured.split(" (")[0] for finding in findings[1:]] == [
        "+5.1%",
        "+10.0%",
        "+4.9%",
        "+36.4%",
    ]
    assert [finding.holds for finding in findings if finding.aim] == [False, True]


def test_the_networks_differ_by_what_is_measured_only():
    """The same bits from given numbers and from the metadata that hold them."""
    rng = np.random.default_rng(0)
    images, labels = rng.random((cost.N, 1, cost.H, cost.W), np.float32), rng.integers(0, 10, cost.N)
    metadata = attach(cost.dicts(rng, labels), images.shape, "test")
    numbers = np.array(metadata.column("numbers"), np.float32)
    given, _ = cost.lenet_with(cost.Given(numbers))(images)
    read, carried = cost.lenet_with(Numeric("numbers", 3))(images, metadata)
    assert (given == read).all()
    assert len(carried.history) == 1 + len(cost.lenet()) + 1  # the input, and FiLM
    assert np.abs(given - cost.lenet()(images)[0]).max() > 0


@pytest.mark.parametrize("layer", [FiLM, ScaleBias])
def test_who_computes_something_else_is_not_compared(layer, monkeypatch):
    assert set(cost.films(layer, (2, 3, 4, 5))) == {"forward", "both ways"}
    right = layer.backward

    def wrong(self, dy, cache):
        dx, gradients = right(self, dy, cache)
        return dx, {name: 1.01 * gradient for name, gradient in gradients.items()}

    monkeypatch.setattr(layer, "backward", wrong)
    with pytest.raises(AssertionError):
        cost.films(layer, (2, 3, 4, 5))
