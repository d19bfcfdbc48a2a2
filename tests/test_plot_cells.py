import numpy as np
import pytest
from matplotlib.colors import to_rgba
from strategies_plot import blank_axes, drawn_edges, enclosed, nothing_global_changes, pixels  # noqa: F401

from tinyconv.plot.cells import draw_bar, draw_cells, draw_image, draw_signed, frame, outline
from tinyconv.plot.sheet import Sheet
from tinyconv.plot.style import CELL, Scale


def shown(image):
    """The colours that an image really has, (H, W, 4) or (H, W, 3)."""
    return np.asarray(image.to_rgba(image.get_array())) if pixels(image).ndim == 2 else pixels(image)


def test_a_cell_covers_its_unit_square():
    ax = blank_axes()
    image = draw_cells(ax, np.zeros((2, 3)), Scale.grey())
    assert image.get_extent() == [0, 3, 2, 0]
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 3), (2, 0))


@pytest.mark.parametrize("C", [1, 3])
def test_where_there_is_no_pixel_the_image_is_plain(C):
    x = np.full((C, 2, 2), 0.25)
    x[:, 0, 1] = np.nan
    for draw in (draw_image, draw_signed):
        colours = shown(draw(blank_axes(), x))
        assert colours[0, 1][:3] == pytest.approx(to_rgba(CELL)[:3])
        assert colours[0, 0][:3] != pytest.approx(to_rgba(CELL)[:3])


def test_zero_is_mid_grey_in_rgb_and_white_in_one_channel():
    maps = np.zeros((3, 1, 2))
    maps[0, 0, 1] = -4
    assert shown(draw_signed(blank_axes(), maps))[0].tolist() == [[0.5, 0.5, 0.5], [0, 0.5, 0.5]]
    red, green, blue, _ = shown(draw_signed(blank_axes(), maps[:1]))[0, 0]
    assert min(red, green, blue) > 0.95


def test_one_scale_for_several_pictures():
    assert shown(draw_signed(blank_axes(), np.ones((3, 1, 1)), most=2.0))[0, 0].tolist() == [0.75] * 3
    assert draw_signed(blank_axes(), np.ones((1, 1, 1)), most=2.0).get_clim() == (-2, 2)


def test_a_frame_stands_on_its_corners():
    box = frame(blank_axes(), (1, 2, 4, 7), "red")
    assert box.get_bbox().extents.tolist() == [1, 2, 4, 7]


def test_a_bar_shows_the_scale_of_its_image():
    sheet = Sheet(4, 3)
    image = draw_cells(sheet.axes(0, 0, 2, 2), np.array([[0.0, 5.0]]), Scale.of(np.array([5.0])))
    bar = draw_bar(sheet, image, 3, 0, 2)
    assert bar.get_ylim() == (0, 5)


def test_an_outline_encloses_its_cells():
    ax, mask = blank_axes(), np.array([[True, True, False], [False, True, False]])
    outline(ax, mask, "#E69F00")
    assert (enclosed(drawn_edges(ax), 2, 3) == mask).all()
