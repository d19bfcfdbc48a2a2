import dataclasses

import numpy as np
import pytest
from strategies_displays import NEEDED
from strategies_plot import nothing_global_changes  # noqa: F401

from tinyconv.plot import filters_needed
from tinyconv.shapes import DTypeError


def test_lines_go_through_the_means_and_dots_are_the_runs():
    (ax,) = filters_needed(NEEDED).axes_
    for line, dots, accuracy in zip(
        ax.lines, ax.collections, (NEEDED.train_accuracy, NEEDED.test_accuracy), strict=True
    ):
        assert line.get_xdata().tolist() == NEEDED.multiply_adds.tolist()
        assert line.get_ydata() == pytest.approx(accuracy.mean(axis=1))
        runs = {(x, y) for x, row in zip(NEEDED.multiply_adds, accuracy, strict=True) for y in row}
        assert {tuple(place) for place in dots.get_offsets().tolist()} == runs


def test_each_cost_is_written_over_the_number_of_filters_where_no_line_can_cross_it():
    one = dataclasses.replace(NEEDED, filters=np.array([1, 8, 16]))
    (ax,) = filters_needed(one).axes_
    names = [label.get_text() for label in ax.get_xticklabels()]
    assert names == ["1,000\n1 filter", "4,000\n8 filters", "16,000\n16 filters"]
    assert list(ax.texts) == []
    assert ax.get_xscale() == "log"


def test_the_caption_names_the_best():
    assert filters_needed(NEEDED).caption == "best with 16 filters: 89.0 % on the test set · mean of 2 seeds"


def test_what_is_something_else_is_refused():
    with pytest.raises(DTypeError, match=r"filters_needed: result \(a ndarray\) must be a FiltersNeeded"):
        filters_needed(np.ones(3))
