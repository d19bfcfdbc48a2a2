import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_metadata import (
    axes,
    coordinates,
    dense_axes,
    intervals,
    line_of,
    seen_by_cols,
    seen_by_rows,
    stacks,
)

from tinyconv.geometry import Axis, Line, View, Window
from tinyconv.shapes import DTypeError, ShapeError


def overlap(a, b):
    return max(a[0], b[0]) < min(a[1], b[1])


def span(pair):
    first, stop = pair
    return list(range(int(first), int(stop)))


@given(stacks())
def test_a_cell_sees_every_pixel_that_reaches_it(stack):
    line = line_of(stack)
    for cell, pixels in enumerate(seen_by_cols(stack)):
        low, high = line.sees(cell)
        assert pixels <= set(range(low, high))


@given(stacks(axis=dense_axes))
def test_a_cell_sees_nothing_else_where_windows_have_no_holes(stack):
    line = line_of(stack)
    for cell, pixels in enumerate(seen_by_cols(stack)):
        assert set(range(*line.sees(cell))) == pixels


@given(stacks())
def test_a_map_knows_its_live_cells_and_their_pixels(stack):
    line = line_of(stack)
    sights = [line.sees(cell) for cell in range(line.cells)]
    alive = [cell for cell, (low, high) in enumerate(sights) if low < high]
    assert set(alive) <= set(range(*line.live))
    if alive:
        assert line.seen == (sights[alive[0]][0], sights[alive[-1]][1])


def test_the_pixel_that_a_stride_leaves_over_is_seen_by_no_later_padding():
    stride = Axis(kernel=3, stride=2)  # 8 pixels: the last one is left over
    line = Line.of_image(8).through(stride, 3).through(Axis(kernel=3, before=1, after=1), 3)
    assert line.sees(2) == (2, 7)


def test_a_cell_of_padding_alone_sees_nothing_behind_any_layer():
    line = Line.of_image(4).through(Axis(kernel=3, before=1, after=1), 4).through(Axis(before=1), 5)
    low, high = line.sees(0)
    assert low == high
    assert line.live == (1, 5)


def test_behind_a_map_that_sees_nothing_nothing_is_seen():
    blind = Line.of_image(1).through(Axis(stride=3, before=1), 1)  # its one cell lies in the padding
    line = blind.through(Axis(kernel=3, before=1, after=1), 1)
    assert blind.live == line.live == line.seen == (0, 0)


@given(stacks())
def test_sees_takes_arrays_of_cells(stack):
    line = line_of(stack)
    low, high = line.sees(np.arange(line.cells))
    assert [(int(a), int(b)) for a, b in zip(low, high, strict=True)] == [
        tuple(map(int, line.sees(cell))) for cell in range(line.cells)
    ]


@given(stacks(), intervals())
def test_touch_is_the_cells_whose_pixels_overlap(stack, interval):
    line = line_of(stack)
    expected = []
    for cell in range(line.cells):
        low, high = line.sees(cell)
        if low < high and interval[0] < high and interval[1] > low:
            expected.append(cell)
    assert span(line.touch(*interval)) == expected


@given(stacks(), intervals())
def test_inside_is_the_cells_whose_window_lies_in_the_interval(stack, interval):
    line = line_of(stack)
    windows = [
        (o * line.jump - line.offset, o * line.jump - line.offset + line.reach) for o in range(line.cells)
    ]
    expected = [o for o, (low, high) in enumerate(windows) if interval[0] <= low and high <= interval[1]]
    assert span(line.inside(*interval)) == expected


@given(stacks(), intervals())
def test_center_is_the_cells_whose_centre_lies_in_the_interval(stack, interval):
    line = line_of(stack)
    expected = [o for o in range(line.cells) if interval[0] <= line.start + o * line.jump < interval[1]]
    assert span(line.center(*interval)) == expected


@given(stacks())
def test_the_centre_of_a_cell_is_the_middle_of_its_first_and_last_tap(stack):
    view = stack.view
    for axis_of, line in ((lambda w: w.rows, view.rows), (lambda w: w.cols, view.cols)):
        for cell in range(line.cells):
            centre = cell + 0.5
            for window in reversed(stack.windows):
                axis = axis_of(window)
                first = (centre - 0.5) * axis.stride - axis.before
                centre = (first + first + axis.extent) / 2
            assert line.start + cell * line.jump == centre
            assert line.to_image(cell + 0.5) == centre
            assert line.to_map(centre) == cell + 0.5


@given(stacks(), coordinates)
def test_to_image_undoes_to_map(stack, pixel):
    line = line_of(stack)
    assert line.to_image(line.to_map(pixel)) == pytest.approx(pixel, abs=1e-12)


@given(st.floats(-1e6, 1e6))
def test_the_image_maps_onto_itself_to_the_last_bit(pixel):
    line = Line.of_image(8)
    assert line.to_map(pixel) == pixel == line.to_image(pixel)


@given(stacks())
def test_a_sample_is_the_pixel_that_holds_the_centre(stack):
    line = line_of(stack)
    pixels, on_canvas = line.samples()
    for cell in range(line.cells):
        centre = line.start + cell * line.jump
        assert on_canvas[cell] == (0 <= centre < line.canvas)
        if on_canvas[cell]:
            assert pixels[cell] <= centre < pixels[cell] + 1


@given(stacks())
def test_landing_is_the_pixels_whose_centre_lands_on_the_map(stack):
    line = line_of(stack)
    landed = line.to_map(np.arange(line.canvas) + 0.5)
    expected = [i for i in range(line.canvas) if 0 <= landed[i] < line.cells]
    assert list(range(line.canvas))[line.landing()] == expected


@given(stacks(), coordinates)
def test_under_is_the_cell_on_which_a_coordinate_lands(stack, pixel):
    line = line_of(stack)
    cell = math.floor(line.to_map(pixel))
    assert span(line.under(pixel)) == ([cell] if 0 <= cell < line.cells else [])


@given(stacks())
def test_where_is_the_rectangle_that_rows_and_columns_see(stack):
    OH, OW = stack.size
    view, rows, cols = stack.view, seen_by_rows(stack), seen_by_cols(stack)
    assert view.size == (OH, OW)
    assert view.canvas == (stack.H, stack.W)
    for row in range(OH):
        for col in range(OW):
            x1, y1, x2, y2 = view.where(row, col)
            assert 0 <= x1 <= x2 <= stack.W
            assert 0 <= y1 <= y2 <= stack.H
            assert rows[row] <= set(range(y1, y2))
            assert cols[col] <= set(range(x1, x2))


@given(stacks())
def test_a_span_is_the_whole_window_of_which_where_is_what_is_seen(stack):
    view, (OH, OW) = stack.view, stack.size
    for row in range(OH):
        for col in range(OW):
            x1, y1, x2, y2 = view.spans(row, col)
            assert (y2 - y1, x2 - x1) == (view.rows.reach, view.cols.reach)
            assert ((x1 + x2) / 2, (y1 + y2) / 2) == (
                view.cols.start + col * view.cols.jump,
                view.rows.start + row * view.rows.jump,
            )
            left, top, right, bottom = view.where(row, col)
            assert right == left or x1 <= left < right <= x2
            assert bottom == top or y1 <= top < bottom <= y2


@given(stacks(), st.lists(coordinates, min_size=4, max_size=4))
def test_a_view_maps_x_by_columns_and_y_by_rows(stack, numbers):
    view = stack.view
    x1, y1, x2, y2 = numbers
    expected = [view.cols.to_map(x1), view.rows.to_map(y1), view.cols.to_map(x2), view.rows.to_map(y2)]
    assert view.to_map(np.array(numbers)).tolist() == expected


@given(stacks())
def test_a_view_holds_plain_ints_only(stack):
    for line in stack.view:
        numbers = [*line.live, *line.seen, *line[:2], *line[4:]]
        assert {type(number) for number in numbers} == {int}


def test_where_refuses_cells_off_the_map():
    view = View.of_image(4, 5)
    with pytest.raises(ShapeError, match=r"where: row \(=4\) must be below the map's 4"):
        view.where(4, 0)
    with pytest.raises(ShapeError, match=r"where: col \(=-1\) must be at least 0"):
        view.where(0, -1)
    with pytest.raises(DTypeError, match=r"where: row \(=0.5\) must be an int"):
        view.where(0.5, 0)


def test_cells_refuses_an_unknown_rule():
    with pytest.raises(ShapeError, match=r"cells: rule \(='near'\) must be one of touch, inside, center"):
        View.of_image(4, 4).cells(np.zeros((1, 4)), "near")


@given(st.integers(1, 12), dense_axes | axes, st.booleans())
def test_a_window_takes_every_place_where_it_fits(size, axis, ceil_mode):
    half = axis.kernel // 2  # a pool's padding is at most half of its kernel; only pools have a ceil_mode
    if ceil_mode:
        axis = axis._replace(before=min(axis.before, half), after=min(axis.after, half))
    room, hang = size + axis.before + axis.after, axis.stride - 1 if ceil_mode else 0
    starts = range(0, size + axis.before, axis.stride) if ceil_mode else range(0, room, axis.stride)
    places = [start for start in starts if start + axis.extent <= room + hang]
    assert max(axis.output_size(size, ceil_mode), 0) == len(places)


def test_a_window_that_fits_nowhere_is_refused_by_name():
    with pytest.raises(
        ShapeError, match=r"conv2d: kernel_size \(=5\) with dilation 2 spans 9 pixels .* H = 8"
    ):
        Window.of("conv2d", 5, dilation=2).output_size("conv2d", 8, 9)


@pytest.mark.parametrize(
    ("padding", "expected"),
    [
        (1, ((1, 1), (1, 1))),
        ((1, 2), ((1, 1), (2, 2))),
        (((0, 1), (2, 3)), ((0, 1), (2, 3))),
        ("valid", ((0, 0), (0, 0))),
        ("same", ((1, 2), (2, 2))),  # kernel (4, 3), dilation (1, 2): the odd one goes last
    ],
)
def test_padding_may_be_written_in_five_ways(padding, expected):
    assert Window.of("conv2d", (4, 3), padding=padding, dilation=(1, 2)).padding == expected


@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 12))
def test_same_keeps_the_size(kernel, dilation, size):
    window = Window.of("conv2d", kernel, padding="same", dilation=dilation)
    assert window.output_size("conv2d", size, size) == (size, size)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 0}, r"kernel_size \(=0\) must be at least 1"),
        ({"kernel_size": 3, "stride": 0}, r"stride \(=0\) must be at least 1"),
        ({"kernel_size": 3, "dilation": 0}, r"dilation \(=0\) must be at least 1"),
        ({"kernel_size": 3, "padding": -1}, r"padding \(=-1\) must be at least 0"),
        ({"kernel_size": 3, "padding": "full"}, r"padding \(='full'\) must be an int"),
        ({"kernel_size": 3, "padding": ((1, 1), (1, 1), (1, 1))}, r"padding .* must be \(\(top, bottom\)"),
        ({"kernel_size": 3, "padding": "same", "stride": 2}, r'padding \(="same"\) needs stride 1'),
        ({"kernel_size": (3, 3, 3)}, r"kernel_size \(=\(3, 3, 3\)\) must be an int or a pair"),
    ],
)
def test_a_window_refuses_what_breaks_a_rule(arguments, message):
    with pytest.raises(ShapeError, match=f"conv2d: {message}"):
        Window.of("conv2d", **arguments)


def test_a_window_refuses_a_stride_that_is_no_int():
    with pytest.raises(DTypeError, match=r"conv2d: stride \(=1.5\) must be an int, got float"):
        Window.of("conv2d", 3, stride=1.5)
