import numpy as np
import pytest
from matplotlib.collections import LineCollection
from strategies_displays import NETWORK, X
from strategies_plot import nothing_global_changes, pixels  # noqa: F401

from tinyconv import Flatten, Linear, ReLU, Sequential, inspection
from tinyconv.plot import health
from tinyconv.plot.style import BAD, hex_of
from tinyconv.shapes import DTypeError

RESULT = inspection.health(NETWORK, X, progress=False)


def test_every_layer_has_a_row_with_its_name_and_counts():
    display = health(RESULT)
    texts = [text.get_text() for text in display.figure_.texts]
    for row in RESULT.layers:
        assert row.name in texts
        place = texts.index(row.name)
        counts = [str(len(row.dead)), str(len(row.saturated)), str(len(row.alike))]
        assert texts[place + 2 : place + 6] == [*counts, f"{100 * row.zeros.mean():.0f} %"]


def test_bars_reach_from_the_smallest_activation_to_the_largest():
    for ax, row in zip(health(RESULT).axes_, RESULT.layers, strict=False):
        ranges, spreads = (lines for lines in ax.collections if isinstance(lines, LineCollection))
        ends = np.array(ranges.get_segments())  # (F, 2, 2)
        assert ends[:, 0, 1] == pytest.approx(row.low)
        assert ends[:, 1, 1] == pytest.approx(row.high)
        middles = np.array(spreads.get_segments())[..., 1]
        assert (middles[:, 0] >= row.low - 1e-9).all()
        assert (middles[:, 1] <= row.high + 1e-9).all()
        assert ax.lines[0].get_ydata() == pytest.approx(row.mean)


def test_dead_and_saturated_filters_are_marked():
    rows = [row.name for row in RESULT.layers]
    ax = health(RESULT).axes_[rows.index("relu1")]
    assert 2 in RESULT["relu1"].dead
    assert ax.lines[1].get_xdata().tolist() == RESULT["relu1"].dead.tolist()
    assert ax.lines[2].get_xdata().tolist() == RESULT["relu1"].saturated.tolist()


def test_first_filters_come_sorted_by_their_structure_and_dead_ones_are_framed():
    display = health(RESULT)
    order = display.best_first()
    assert sorted(order) == [0, 1, 2, 3]
    scores = np.nan_to_num(RESULT.oriented[order], nan=-1)
    assert (np.diff(scores) <= 0).all()
    tiles = display.axes_[len(RESULT.layers) :]
    most = abs(RESULT.filters).max()
    for ax, number in zip(tiles, order, strict=True):
        expected = 0.5 + 0.5 * np.moveaxis(RESULT.filters[number], 0, -1) / most
        assert pixels(ax.images[0]) == pytest.approx(expected, abs=1e-6)
        framed = [hex_of(patch.get_edgecolor()) for patch in ax.patches]
        assert framed == ([BAD] if number == 2 else [])
    assert "2 dead" in [text.get_text() for text in display.figure_.texts]


def test_a_network_without_a_convolution_has_a_table_only():
    network = Sequential(Flatten(), Linear(360, 3, rng=0), ReLU())
    result = inspection.health(network, X, progress=False)
    assert len(health(result).axes_) == len(result.layers) == 3


def test_the_caption_counts():
    dead = sum(len(row.dead) for row in RESULT.layers)
    assert health(RESULT).caption.startswith(f"7 layers · dead filters: {dead} · saturated: ")


def test_what_is_something_else_is_refused():
    with pytest.raises(DTypeError, match=r"health: result \(a Sequential\) must be a Health"):
        health(NETWORK)
