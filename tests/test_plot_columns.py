import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from strategies import conv_cases
from strategies_plot import drawn_edges, drawn_points, enclosed, nothing_global_changes  # noqa: F401

from tinyconv import Conv2d, inspection
from tinyconv.plot import columns
from tinyconv.plot.style import hex_of, object_colour
from tinyconv.shapes import DTypeError, ShapeError

X = np.arange(75, dtype=np.float32).reshape(3, 5, 5)


def frames(ax, number):
    """The cells (row, col) whose frames have the colour of a number."""
    boxes = [patch for patch in ax.patches if hex_of(patch.get_edgecolor()) == object_colour(number)]
    return {(int(box.get_y()), int(box.get_x())) for box in boxes}


def dots(ax):
    return [(int(y), int(x)) for x, y in drawn_points(ax)]


@settings(max_examples=15)  # each draws a figure
@given(conv_cases().filter(lambda case: case.x.size and np.isfinite(case.x).all()))
def test_a_patch_and_its_column_are_linked_for_any_geometry(case):
    F, C = case.weight.shape[0], case.x.shape[1]
    layer = Conv2d(
        C, F, case.weight.shape[2:], case.stride, case.padding, case.dilation, case.groups, dtype=case.x.dtype
    )
    result = inspection.columns(layer, case.x)
    display = columns(result)
    plt.close(display.figure_)
    *channels, copies, matrix = display.axes_
    assert (matrix.images[0].get_array() == result.columns).all()
    assert (copies.images[0].get_array() == result.copies).all()
    for number, cell in enumerate(display.cells):
        column = display.column(cell)
        assert frames(matrix, number) == {(0, column)}
        for channel, ax in enumerate(channels):
            pixels = result.pixels[:, column]
            own = pixels[(pixels[:, 0] == channel) & (pixels[:, 1] >= 0)]
            copied = enclosed(drawn_edges(ax, object_colour(number)), *case.x.shape[2:])
            assert {tuple(place) for place in np.argwhere(copied).tolist()} == {
                (row, col) for _, row, col in own.tolist()
            }
            assert (ax.images[0].get_array() == case.x[0, channel]).all()


def test_a_dot_follows_one_pixel_into_all_of_its_copies():
    result = inspection.columns(Conv2d(3, 1, 3, padding=1), X)
    display = columns(result, pixel=(1, 0, 4))
    assert [dots(ax) for ax in display.axes_[:3]] == [[], [(0, 4)], []]
    assert dots(display.axes_[-1]) == [tuple(entry) for entry in result.adding_into(1, 0, 4).tolist()]


def test_the_pixel_in_the_middle_that_is_copied_most_is_followed():
    assert columns(inspection.columns(Conv2d(3, 1, 3), X)).pixel == (0, 2, 2)


def test_entries_from_the_padding_are_covered():
    result = inspection.columns(Conv2d(3, 1, 2, padding=((1, 0), (0, 0))), X)
    display = columns(result, cells=[])
    covered = {(int(patch.get_y()), int(patch.get_x())) for patch in display.axes_[-1].patches}
    assert covered == {tuple(entry) for entry in np.argwhere(result.pixels[..., 1] < 0).tolist()}


def test_of_many_channels_three_are_drawn():
    x = np.ones((5, 4, 4), np.float32)
    assert len(columns(inspection.columns(Conv2d(5, 1, 3), x)).axes_) == 3 + 2


def test_what_does_not_fit_is_refused_by_name():
    result = inspection.columns(Conv2d(3, 1, 3), X)
    with pytest.raises(DTypeError, match=r"columns: result \(a ndarray\) must be a Columns"):
        columns(X)
    with pytest.raises(ShapeError, match=r"columns: cells \(=\(3, 0\)\) must be on the 3×3 output"):
        columns(result, cells=[(3, 0)])
    with pytest.raises(ShapeError, match="adding_into"):
        columns(result, pixel=(0, 5, 0))
