import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_plot import blank_figure, nothing_global_changes  # noqa: F401

from tinyconv.plot.style import Scale
from tinyconv.plot.written import decimals, letters, text_of, write

maps = st.lists(st.floats(-99, 99, width=32), min_size=9, max_size=9).map(lambda m: np.array(m).reshape(3, 3))


@given(maps)
def test_numbers_are_exact_or_keep_two_digits_of_the_largest(cells):
    digits, most = decimals(cells), abs(cells).max()
    shown = np.array([float(text_of(value, digits).replace("−", "-")) for value in cells.flat]).reshape(3, 3)
    assert ((shown == cells).all()) or abs(shown - cells).max() <= max(0.05 * most, 5e-5)


@given(st.lists(st.integers(-50, 50), min_size=1).map(np.array))
def test_whole_numbers_have_no_decimals(cells):
    assert decimals(cells) == 0


def test_what_is_no_number_does_not_count():
    assert decimals(np.array([np.nan, 2.0, np.inf])) == 0
    assert decimals(np.array([np.nan])) == 0


def test_zero_has_no_sign_and_a_minus_is_as_wide_as_a_digit():
    assert [text_of(value, 1) for value in (-0.01, -1.0)] == ["0.0", "−1.0"]


@pytest.mark.parametrize("inches", [0.15, 0.2, 0.3, 0.6])
@pytest.mark.parametrize("top", [1, -12.25, 0.123])
def test_numbers_stay_in_their_cells(inches, top):
    cells = np.linspace(-1, 1, 9).round(2).reshape(3, 3) * top
    figure = blank_figure(figsize=(3 * inches, 3 * inches), dpi=200)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 3), ylim=(3, 0))
    size = letters(cells, inches)
    if size:
        write(ax, cells, Scale.of(cells), size)
    for text in ax.texts:
        box = text.get_window_extent()
        assert box.width <= inches * 200
        assert box.height <= inches * 200
        col, row = (int(place) for place in text.get_position())
        assert float(text.get_text().replace("−", "-")) == pytest.approx(
            cells[row, col], abs=0.051 * abs(top)
        )


def test_letters_are_legible_or_not_there():
    assert letters(np.ones((2, 2)), 0.05) == 0
    assert letters(np.ones((2, 2)), 0.5) >= 7
