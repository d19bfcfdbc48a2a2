import matplotlib.pyplot as plt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_plot import nothing_global_changes  # noqa: F401

from tinyconv.plot.sheet import Sheet, tile_width, tiles_of


def test_axes_stand_where_they_are_put_in_inches():
    ax = Sheet(4, 2).axes(1, 0.5, 2, 0.25)
    box, dpi = ax.get_window_extent(), ax.figure.dpi
    assert (box.x0, box.x1) == pytest.approx((1 * dpi, 3 * dpi))
    assert (box.y1, box.y0) == pytest.approx((1.5 * dpi, 1.25 * dpi))


@given(st.integers(1, 12), st.floats(0.2, 5))
def test_tiles_fit_into_their_room(columns, aspect):
    width = tile_width(columns, aspect, room=8, most=3)
    assert 0 < width * max(1, aspect) <= 3 + 1e-9
    assert columns * width <= 8


@settings(max_examples=10)  # each draws a figure
@given(st.integers(1, 9), st.integers(1, 4))
def test_a_sheet_holds_its_tiles_row_by_row_inside_the_figure(tiles, columns):
    sheet, axes = tiles_of(tiles, columns, (0.5, 0.4), "title")
    plt.close(sheet.host)
    corners = [(-round(ax.get_position().y1, 6), round(ax.get_position().x0, 6)) for ax in axes]
    assert corners == sorted(corners)
    assert len(axes) == tiles
    for ax in axes:
        box = ax.get_position()
        assert 0 <= box.x0 < box.x1 <= 1
        assert 0 <= box.y0 < box.y1 <= 1
