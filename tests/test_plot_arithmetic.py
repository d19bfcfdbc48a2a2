from itertools import product

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgba
from strategies_plot import nothing_global_changes  # noqa: F401

from tinyconv import AvgPool2d, Conv2d, MaxPool2d, ReLU
from tinyconv.geometry import Window
from tinyconv.plot import arithmetic
from tinyconv.plot.style import CELL_UNREAD, object_colour
from tinyconv.shapes import DTypeError, ShapeError

sides = st.tuples(st.integers(0, 2), st.integers(0, 2))


@st.composite
def windows(draw):
    """A window of any geometry, asymmetric padding included, and an image that it fits on."""
    pairs = [draw(st.tuples(st.integers(1, 3), st.integers(1, most))) for most in (3, 3, 2)]
    kernel, stride, dilation = pairs
    padding = draw(st.tuples(sides, sides))
    least = [max(1, d * (k - 1) + 1 - sum(p)) for k, d, p in zip(kernel, dilation, padding, strict=True)]
    size = [low + draw(st.integers(0, 4)) for low in least]
    return Window.of("conv2d", kernel, stride, padding, dilation), *size


def number(text):
    return float(text.replace("−", "-"))


def coloured(ax, colour):
    """The cells (row, col) of a board that have a colour."""
    image = ax.images[0]
    left, _, _, top = image.get_extent()
    found = np.argwhere(np.isclose(image.get_array(), to_rgba(colour)).all(axis=-1))
    return [(int(row + top), int(col + left)) for row, col in found]


def texts_in(ax, cell):
    """What is written in a cell: the number, and the weight in its corner."""
    row, col = cell
    return [
        text.get_text()
        for text in ax.texts
        if col < text.get_position()[0] < col + 1 and row < text.get_position()[1] < row + 1
    ]


@settings(max_examples=25)  # each draws a figure
@given(windows())
def test_the_numbers_that_are_drawn_add_up_for_any_geometry(case):
    display = arithmetic(*case)
    plt.close(display.figure_)
    for step, cell in enumerate(display.cells):
        above, below = display.axes_[2 * step : 2 * step + 2]
        colour = object_colour(step)
        total = 0.0
        for tap in coloured(above, colour):
            value, weight = map(number, texts_in(above, tap))
            total += value * weight
        assert coloured(below, colour) == [cell]
        assert [number(text) for text in texts_in(below, cell)] == [total]


@settings(max_examples=25)
@given(windows())
def test_the_output_is_what_pytorch_computes(case):
    window, H, W = case
    display = arithmetic(window, H, W)
    plt.close(display.figure_)
    (top, bottom), (left, right) = window.padding
    padded = torch.nn.functional.pad(torch.tensor(display.x)[None, None], (left, right, top, bottom))
    weight = torch.tensor(display.weight)[None, None]
    y = torch.nn.functional.conv2d(padded, weight, stride=window.stride, dilation=window.dilation)
    assert (display.y == y[0, 0].numpy()).all()


@settings(max_examples=25)
@given(windows())
def test_pixels_that_no_window_reads_are_pale(case):
    window, H, W = case
    display = arithmetic(window, H, W)
    plt.close(display.figure_)
    read = set()
    for row, col in product(*map(range, display.y.shape)):
        read |= set(product(window.rows.taps(row), window.cols.taps(col)))
    above = display.axes_[0]
    pale = {
        (int(text.get_position()[1]), int(text.get_position()[0]))
        for text in above.texts
        if text.get_color() == CELL_UNREAD
    }
    assert pale == set(product(range(H), range(W))) - read


def test_a_step_of_a_pool_shows_its_taps_and_result():
    display = arithmetic(MaxPool2d(3, 2, padding=1), 5, 5, cells=[(0, 0)])
    above, below = display.axes_
    inside = [texts_in(above, tap) for tap in coloured(above, object_colour(0))]
    assert sum(text == [""] for text in inside) == 5, "padding of a pool holds no number"
    assert number(texts_in(below, (0, 0))[0]) == max(number(text) for (text,) in inside if text)


def test_averages_are_written_exactly():
    display = arithmetic(AvgPool2d(2), 2, 2, x=[[1, 2], [3, 5]])
    assert texts_in(display.axes_[1], (0, 0)) == ["2.75"]


def test_the_sum_and_the_formula_are_written_out():
    x, weight = [[1, 2, 3]] * 3, [[1, -1], [0, 2]]
    display = arithmetic(Conv2d(1, 1, 2), 3, 3, x=x, weight=weight, cells=[(1, 1)])
    texts = [text.get_text() for text in display.figure_.texts]
    assert texts[1] == "rows ⌊(3 + 0 + 0 − 2) / 1⌋ + 1 = 2     columns ⌊(3 + 0 + 0 − 2) / 1⌋ + 1 = 2"
    assert texts[2] == "2·1 + 3·(−1) +\n2·0 + 3·2\n= 5"


def test_a_window_that_hangs_over_the_edge_is_drawn_whole():
    above = arithmetic(MaxPool2d(2, ceil_mode=True), 3, 3, cells=[(1, 1)]).axes_[0]
    assert coloured(above, object_colour(0)) == [(2, 2), (2, 3), (3, 2), (3, 3)]
    assert above.get_xlim() == (0, 4)


def test_a_large_image_has_cells_without_numbers():
    assert len(arithmetic(Conv2d(1, 1, 3), 40, 40).axes_[0].texts) == 0


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((ReLU(), 4, 4), {}, ShapeError, r"arithmetic: layer \(=ReLU\(\)\) must have a window"),
        (("conv", 4, 4), {}, DTypeError, r"arithmetic: layer \(a str\) must be a Layer or Window"),
        ((Conv2d(1, 1, 3), 0, 4), {}, ShapeError, r"arithmetic: H \(=0\) must be at least 1"),
        ((Conv2d(1, 1, 3), 2, 4), {}, ShapeError, r"arithmetic: kernel_size \(=3\)"),
        (
            (Conv2d(1, 1, 3), 4, 4),
            {"cells": [(2, 0)]},
            ShapeError,
            r"row \(=2\) must be below the output's 2",
        ),
        ((Conv2d(1, 1, 3), 4, 4), {"cells": [(0, -1)]}, ShapeError, r"col \(=-1\) must be at least 0"),
        ((Conv2d(1, 1, 3), 4, 4), {"x": [[1]]}, ShapeError, r"arithmetic: x \(shape=\(1, 1\)\) must be"),
        ((Conv2d(1, 1, 3), 4, 4), {"weight": "w"}, DTypeError, "arithmetic: weight"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(arguments, options, error, message):
    with pytest.raises(error, match=message):
        arithmetic(*arguments, **options)
