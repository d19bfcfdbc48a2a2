from dataclasses import replace

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


def test_each_number_of_filters_is_named_and_the_cost_is_written():
    (ax,) = filters_needed(NEEDED).axes_
    assert [text.get_text() for text in ax.texts] == ["4 filters", "8 filters", "16 filters"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1,000", "4,000", "16,000"]
    assert ax.get_xscale() == "log"


def test_one_filter_is_one():
    (ax,) = filters_needed(replace(NEEDED, filters=np.array([1, 2, 4]))).axes_
    assert [text.get_text() for text in ax.texts] == ["1 filter", "2 filters", "4 filters"]


def test_the_caption_names_the_best():
    assert filters_needed(NEEDED).caption == "best with 16 filters: 89.0 % on the test set · mean of 2 seeds"


def test_what_is_something_else_is_refused():
    with pytest.raises(DTypeError, match=r"filters_needed: result \(a ndarray\) must be a FiltersNeeded"):
        filters_needed(np.ones(3))
