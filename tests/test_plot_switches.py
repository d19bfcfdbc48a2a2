import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from matplotlib.path import Path
from matplotlib.text import Annotation
from strategies import pool_cases
from strategies_plot import nothing_global_changes  # noqa: F401

from tinyconv import AvgPool2d, MaxPool2d
from tinyconv.plot import switches
from tinyconv.shapes import DTypeError, ShapeError


def arrows(display):
    return [text for text in display.axes_[0].texts if isinstance(text, Annotation)]


@settings(max_examples=20)  # each draws a figure
@given(pool_cases().filter(lambda case: case.x.size and np.isfinite(case.x).all()))
def test_every_arrow_goes_from_a_winner_to_its_cell(case):
    pool = MaxPool2d(*case[1:])
    display = switches(pool, case.x)
    plt.close(display.figure_)
    y, _ = pool(case.x)
    assert (display.y == y[0, 0]).all()
    winners = display.winners.ravel()
    assert (case.x[0, 0].ravel()[winners] == y[0, 0].ravel()).all()
    floors = display.axes_[0].collections
    pixels, cells = floors[0].get_paths(), floors[1].get_paths()
    assert len(arrows(display)) == winners.size
    for arrow, winner, cell in zip(arrows(display), winners, cells, strict=True):
        assert Path(pixels[winner].vertices).contains_point(arrow.xyann, radius=1e-6) or on_edge(
            pixels[winner].vertices, arrow.xyann
        )
        assert cell.contains_point(arrow.xy)


def on_edge(corners, point):
    """Whether a point lies in the bounds of a tile: its lower edge counts."""
    return (corners.min(axis=0) <= np.array(point) + 1e-9).all() and (
        np.array(point) <= corners.max(axis=0) + 1e-9
    ).all()


def test_numbers_lie_in_their_cells_where_there_is_room():
    x = np.arange(16.0).reshape(4, 4)
    display = switches(MaxPool2d(2), x)
    written = [text.get_text() for text in display.axes_[0].texts if not isinstance(text, Annotation)]
    assert [text for text in written if text.isdigit()] == [*map(str, range(16)), "5", "7", "13", "15"]
    assert not any(t.get_text().isdigit() for t in switches(MaxPool2d(2), np.ones((40, 40))).axes_[0].texts)


def test_a_window_without_a_pixel_has_no_arrow():
    display = switches(MaxPool2d(2, stride=1, padding=1, dilation=2), np.ones((1, 1)))
    assert display.winners.tolist() == [[-1]]
    assert arrows(display) == []


def test_another_image_and_channel_can_be_chosen():
    x = np.random.default_rng(0).random((2, 3, 4, 4))
    display = switches(MaxPool2d(2), x, image=1, channel=2)
    assert (display.x == x[1, 2]).all()
    assert display.caption.startswith("max-pool · channel 2 · 4×4 → 2×2")


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((AvgPool2d(2), np.ones((4, 4))), {}, DTypeError, r"pool \(a AvgPool2d\) must be a MaxPool2d"),
        ((MaxPool2d(2), np.ones(4)), {}, ShapeError, r"switches: x \(shape=\(4,\)\) must be"),
        ((MaxPool2d(2), np.ones((4, 4))), {"channel": 1}, ShapeError, r"channel \(=1\) must be below C = 1"),
        ((MaxPool2d(2), np.ones((4, 4))), {"image": 1}, ShapeError, r"image \(=1\) must be below N = 1"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(arguments, options, error, message):
    with pytest.raises(error, match=message):
        switches(*arguments, **options)
