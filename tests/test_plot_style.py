from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex, to_rgb

from tinyconv.plot.style import (
    BAD,
    CELL,
    CELL_INK,
    CROWD,
    FAINT,
    MISSING,
    OBJECT_COLOURS,
    PAPER,
    SATURATED,
    TEXT,
    TRAIN,
    VALIDATION,
    Pen,
    Scale,
    ink_on,
    is_dark,
    luminance,
    object_colour,
)

# Machado, Oliveira & Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency"
# (2009): what linear RGB looks like without the red, the green or the blue cones
BLINDNESS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}

numbers = st.lists(st.floats(-1e6, 1e6, width=32) | st.sampled_from([np.nan, np.inf, -np.inf]), min_size=1)


@given(numbers)
def test_a_scale_spans_its_finite_values_and_zero(values):
    maps = np.array(values, np.float32)
    scale, finite = Scale.of(maps), maps[np.isfinite(maps)]
    assert scale.vmin <= 0 < scale.vmax
    assert (scale.vmin <= finite).all()
    assert (finite <= scale.vmax).all()


@given(numbers)
def test_zero_is_the_middle_where_there_are_negative_values_and_the_low_end_where_not(values):
    scale = Scale.of(np.array(values))
    assert scale.vmin == (-scale.vmax if (np.array(values) < 0).any() else 0)


def test_zero_is_white_on_the_diverging_scale():
    red, green, blue, _ = Scale.around_zero(np.array([-2.0, 1.0])).cmap(0.5)
    assert min(red, green, blue) > 0.95


def test_a_missing_value_looks_like_no_number():
    scale = Scale.of(np.array([0.0, np.nan]))
    assert to_hex(scale.cmap(np.nan)).upper() == MISSING
    assert MISSING not in {to_hex(colour).upper() for colour in scale.cmap(np.linspace(0, 1, 256))}


def test_the_largest_of_unsigned_integers_counts():
    assert Scale.of(np.array([0, 255], np.uint8)).vmax == 255
    assert Scale.of(np.array([-128], np.int8)).vmax == 128


def test_neighbouring_objects_differ_in_colour():
    colours = [object_colour(row) for row in range(20)]
    assert all(one != other for one, other in pairwise(colours))
    assert len(set(OBJECT_COLOURS)) == len(OBJECT_COLOURS)


@pytest.mark.parametrize("inches", [1.0, 2.0])
def test_a_crowd_on_a_small_map_has_thin_lines_and_no_labels(inches):
    few, many = Pen.of(inches, CROWD), Pen.of(inches, CROWD + 1)
    assert many.line < few.line
    assert many.text == 0 < few.text


def test_a_large_map_labels_a_crowd():
    assert Pen.of(5, 35).text > 0


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@given(st.tuples(*[st.floats(0, 1)] * 3))
def test_numbers_are_legible_on_a_cell_of_any_colour(colour):
    assert contrast(ink_on(colour), colour) >= 4.5


def test_letters_are_legible_on_paper():
    assert contrast(TEXT, PAPER) >= 7
    assert contrast(FAINT, PAPER) >= 4.5
    assert contrast(CELL_INK, CELL) >= 4.5


def test_lines_and_marks_show_on_paper():
    assert all(contrast(colour, PAPER) >= 2.9 for colour in (TRAIN, VALIDATION, BAD, SATURATED))


def test_a_transparent_figure_counts_as_light():
    assert not is_dark((0, 0, 0, 0))
    assert is_dark("#111111")


@pytest.mark.parametrize("kind", BLINDNESS)
@pytest.mark.parametrize(
    "colours", [OBJECT_COLOURS, (TRAIN, VALIDATION), (VALIDATION, BAD, SATURATED)], ids=len
)
def test_colours_are_told_apart_by_the_colour_blind(colours, kind):
    linear = np.array([to_rgb(colour) for colour in colours]) ** 2.2
    seen = (linear @ np.array(BLINDNESS[kind]).T).clip(0, 1) ** (1 / 2.2)
    apart = np.linalg.norm(seen[:, None] - seen, axis=-1)[np.triu_indices(len(colours), 1)]
    assert apart.min() > 0.1
