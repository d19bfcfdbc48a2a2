import numpy as np
import pytest
from strategies_plot import blank_axes, nothing_global_changes  # noqa: F401

from tinyconv.metadata import attach
from tinyconv.plot.values import ValuesDisplay

METADATA = attach({"bbox": [0, 0, 1, 1]}, (1, 1, 4, 8), "test").ended("flatten", "a reason")


@pytest.mark.parametrize("F", [1, 2, 10])
def test_there_is_a_bar_for_each_value_over_its_number(F):
    values = np.random.default_rng(F).standard_normal(F)
    ax = blank_axes()
    ValuesDisplay(values, METADATA).plot(ax)
    heights, edges, _ = ax.patches[0].get_data()
    assert (heights[::2] == values).all()
    assert np.isnan(heights[1::2]).all()
    assert (edges[::2] + edges[1::2]) / 2 == pytest.approx(np.arange(F), abs=1e-12)


def test_the_title_says_why_there_are_no_boxes():
    ax = blank_axes()
    ValuesDisplay(np.ones(3), METADATA).plot(ax)
    assert ax.get_title() == "flatten · 3 values\nno places behind flatten: a reason"
