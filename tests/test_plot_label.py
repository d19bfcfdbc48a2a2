import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_plot import blank_axes

from tinyconv.plot.label import Label


def label_on(ax, x, y, text="nucleus"):
    ax.set(xlim=(0, 8), ylim=(8, 0))
    label = Label(ax, x, y, text, "#E69F00", 8)
    ax.figure.canvas.draw()
    return label.get_bbox_patch().get_window_extent()


@settings(max_examples=40)  # each draws a figure
@given(st.floats(-10, 20), st.floats(-10, 20))
def test_a_label_stays_within_its_axes(x, y):
    ax = blank_axes()
    box = label_on(ax, x, y)
    assert box.x0 >= ax.bbox.x0 - 0.01
    assert box.x1 <= ax.bbox.x1 + 0.01
    assert box.y0 >= ax.bbox.y0 - 0.01
    assert box.y1 <= ax.bbox.y1 + 0.01


def test_a_label_stands_upon_its_corner_where_there_is_room():
    ax = blank_axes()
    box = label_on(ax, 2, 4)
    x, y = ax.transData.transform((2, 4))
    assert (box.x0, box.y0) == pytest.approx((x, y), abs=4)


def test_a_label_wider_than_its_axes_shows_its_beginning():
    ax = blank_axes()
    assert label_on(ax, 5, 4, "a very long word " * 20).x0 == pytest.approx(ax.bbox.x0)


def test_a_label_moves_back_when_there_is_room_again():
    ax = blank_axes()
    label_on(ax, 7.9, 4)
    ax.set(xlim=(0, 20))
    ax.figure.canvas.draw()
    x = ax.transData.transform((7.9, 4))[0]
    assert ax.texts[0].get_bbox_patch().get_window_extent().x0 == pytest.approx(x, abs=4)
