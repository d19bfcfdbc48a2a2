import numpy as np
import pytest
from strategies_plot import blank_axes, nothing_global_changes  # noqa: F401

from tinyconv import History
from tinyconv.plot import history
from tinyconv.shapes import DTypeError, ShapeError

COLUMNS = ("train_loss", "validation_loss"), ("train_accuracy", "validation_accuracy")


def a_run(epochs, validated=True, interrupted=False):
    rng = np.random.default_rng(epochs)
    columns = [list(rng.random(epochs)) for _ in range(4)]
    if not validated:
        columns[2] = columns[3] = [float("nan")] * epochs
    return History(*columns, [1.0] * epochs, interrupted)


@pytest.mark.parametrize("epochs", [1, 2, 40])
def test_each_panel_draws_its_columns_over_the_epochs(epochs):
    run = a_run(epochs)
    for ax, names in zip(history(run).axes_, COLUMNS, strict=True):
        assert len(ax.lines) == 2
        for line, name in zip(ax.lines, names, strict=True):
            assert line.get_xdata().tolist() == list(range(1, epochs + 1))
            assert line.get_ydata().tolist() == getattr(run, name)


def test_lines_are_told_apart_without_colours():
    for ax in history(a_run(3)).axes_:
        assert len({line.get_linestyle() for line in ax.lines}) == 2
        assert [text.get_text() for text in ax.get_legend().get_texts()] == ["train", "validation"]


def test_without_validation_there_is_one_line():
    display = history(a_run(3, validated=False))
    assert [len(ax.lines) for ax in display.axes_] == [1, 1]
    assert "best train accuracy" in display.caption


def test_the_caption_names_the_best_epoch_and_an_interruption():
    run = History([1, 1, 1], [0.5] * 3, [1, 1, 1], [0.5, 0.75, 0.6], [1.0] * 3, interrupted=True)
    assert history(run).caption == "3 epochs · best validation accuracy 75.0 % in epoch 2 · interrupted"


def test_the_loss_starts_at_zero_and_accuracy_is_in_per_cent():
    display = history(a_run(5))
    display.figure_.canvas.draw()
    assert display.axes_[0].get_ylim()[0] == 0
    assert all(label.get_text().endswith("%") for label in display.axes_[1].get_yticklabels())


def test_it_is_drawn_into_given_axes():
    ax = blank_axes()
    assert history(a_run(2), ax).figure_ is ax.figure


def test_what_is_no_run_is_refused():
    with pytest.raises(DTypeError, match=r"history: history \(a dict\) must be a History"):
        history({})
    with pytest.raises(ShapeError, match=r"history: history \(0 epochs\) must hold at least one epoch"):
        history(History())
