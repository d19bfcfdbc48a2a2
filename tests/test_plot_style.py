from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex

from tinyconv.plot.style import CROWD, MISSING, OBJECT_COLOURS, Pen, Scale, object_colour

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
