import matplotlib.pyplot as plt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_plot import blank_figure, nothing_global_changes  # noqa: F401

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


def test_given_axes_are_the_area_and_keep_the_sheets_proportions():
    figure = blank_figure(figsize=(8, 2), dpi=100)
    sheet = Sheet(4, 2, figure.add_axes((0.5, 0, 0.5, 0.5)))  # 4 inches by 1
    assert sheet.scale == 0.5
    box = sheet.axes(0, 0, 2, 2).get_window_extent()
    assert box.bounds == pytest.approx((400, 0, 100, 100))


def test_letters_lines_and_ticks_are_scaled_with_the_sheet():
    sheet = Sheet(4, 2, blank_figure(figsize=(2, 1)).add_axes((0, 0, 1, 1)))
    ax = sheet.axes(0, 0, 4, 2)
    (line,) = ax.plot([0, 1], linewidth=3)
    text = sheet.write(0, 0, "text", 10)
    arrow = ax.annotate("", (0, 0), (1, 1), arrowprops={"arrowstyle": "-|>", "linewidth": 2}).arrow_patch
    dots = ax.scatter([0], [0], s=16)
    ax.tick_params(labelsize=8)
    sheet.finish()
    assert (line.get_linewidth(), text.get_fontsize(), arrow.get_linewidth()) == (1.5, 5, 1)
    assert dots.get_sizes().tolist() == [4]
    assert ax.xaxis.get_tick_params()["labelsize"] == 4


def test_a_sheet_for_one_axes_hands_out_the_given_ones_as_they_are():
    ax = blank_figure().subplots()
    sheet = Sheet(5, 5, ax)
    assert sheet.whole() is ax
    assert sheet.scale == 1
    assert ax.axison


def test_a_name_stands_above_its_details_above_their_place():
    sheet = Sheet(4, 2)
    sheet.head(0, 1, "name", "details")
    details, name = (text.get_window_extent() for text in sheet.host.texts)
    assert name.y0 >= details.y1 - 1
    assert details.y0 >= sheet.host.dpi
