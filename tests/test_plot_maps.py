import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backend_bases import MouseEvent
from strategies_plot import blank_axes

from tinyconv.geometry import Window
from tinyconv.metadata import attach
from tinyconv.plot.cells import draw_cells
from tinyconv.plot.maps import as_picture, is_picture, one_image, size_and_sight, title_of, why_no_places
from tinyconv.plot.style import Scale
from tinyconv.shapes import DTypeError, ShapeError

POOL = Window.of("max_pool2d", 2, stride=2)


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (3, 4, 5), (4, 5)])
def test_maps_come_with_or_without_their_leading_axes(shape):
    y = np.arange(np.prod(shape)).reshape(shape)
    maps, metadata = one_image("f", y, None, 0)
    assert (maps == y.reshape(-1, *(1,) * (3 - len(shape)), *shape[-3:])[0]).all()
    assert metadata is None


def test_maps_and_metadata_are_of_the_same_image():
    y = np.arange(2 * 12.0).reshape(2, 1, 3, 4)
    maps, metadata = one_image("f", y, [{"class": "cat"}, {"class": "dog"}], 1)
    assert (maps == y[1]).all()
    assert metadata["class"] == "dog"


@pytest.mark.parametrize(
    ("y", "image", "error", "message"),
    [
        (np.zeros(3), 0, ShapeError, r"f: y \(shape=\(3,\)\) must be"),
        (np.zeros((1, 1, 1, 1, 1)), 0, ShapeError, r"must be \(N, C, H, W\)"),
        (np.zeros((0, 1, 2, 2)), 0, ShapeError, r"f: image \(=0\) must be below N = 0"),
        (np.zeros((1, 0, 2, 2)), 0, ShapeError, "at least one channel, row and column"),
        (np.zeros((1, 1, 2, 0)), 0, ShapeError, "at least one channel, row and column"),
        (
            np.zeros((2, 2), complex),
            0,
            DTypeError,
            r"f: y \(dtype=complex128\) must be an array of real numbers",
        ),
        ([["a"]], 0, DTypeError, "must be an array of real numbers"),
        (np.zeros((2, 1, 2, 2)), 2, ShapeError, r"f: image \(=2\) must be below N = 2"),
        (np.zeros((2, 1, 2, 2)), -1, ShapeError, r"f: image \(=-1\) must be at least 0"),
        (np.zeros((2, 1, 2, 2)), 0.0, DTypeError, r"f: image \(=0.0\) must be an int"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(y, image, error, message):
    with pytest.raises(error, match=message):
        one_image("f", y, None, image)


def test_metadata_of_another_map_are_refused():
    metadata = attach({}, (1, 1, 8, 8), "f").through("pool1", POOL, 4, 4)
    with pytest.raises(ShapeError, match=r"f: metadata \(behind pool1"):
        one_image("f", np.zeros((1, 1, 8, 8)), metadata, 0)


@pytest.mark.parametrize(
    ("maps", "expected"),
    [
        (np.full((3, 2, 2), 0.5), True),
        (np.full((1, 2, 2), 1), True),
        (np.full((3, 2, 2), 200, np.uint8), True),
        (np.full((2, 2, 2), 0.5), False),
        (np.full((3, 2, 2), 1.5), False),
        (np.full((3, 2, 2), -0.1), False),
        (np.full((3, 2, 2), np.nan), False),
    ],
)
def test_a_picture_is_grey_or_rgb_in_range(maps, expected):
    assert is_picture(maps, None) is expected


def test_what_lies_behind_a_layer_is_no_picture():
    metadata = attach({}, (1, 3, 2, 2), "f")
    assert is_picture(np.zeros((3, 2, 2)), metadata)
    assert not is_picture(np.zeros((3, 2, 2)), metadata.through("relu1"))


@given(st.integers(1, 4), st.sampled_from([0, -3, 1]), st.sampled_from([1, 2, 9]))
def test_every_image_can_be_shown_in_range(C, low, span):
    maps = low + span * np.random.default_rng(C).random((C, 4, 5))
    picture = as_picture(maps)
    assert picture.shape == ((4, 5, 3) if C == 3 else (4, 5))
    assert picture.min() >= 0
    assert picture.max() <= 1


def test_a_picture_in_range_is_shown_as_it_is():
    maps = np.random.default_rng(0).random((3, 4, 5))
    assert (as_picture(maps) == np.moveaxis(maps, 0, -1)).all()
    assert (as_picture(np.full((1, 2, 2), 51, np.uint8)) == 0.2).all()


def test_infinities_are_shown_at_the_ends_of_the_range():
    assert as_picture(np.array([[[-np.inf, -1, 3, np.inf]]])).tolist() == [[0, 0, 1, 1]]


@given(st.integers(1, 9), st.integers(1, 9))
def test_the_cell_in_row_i_covers_i_to_i_plus_1_from_the_top(H, W):
    ax = blank_axes()
    cells = np.arange(H * W).reshape(H, W)
    image = draw_cells(ax, cells, Scale.of(cells))
    assert image.get_extent() == [0, W, H, 0]
    assert (image.get_array() == cells).all()
    assert image.origin == "upper"
    assert image.get_interpolation() == "nearest"
    assert ax.get_xlim() == (0, W)
    assert ax.get_ylim() == (H, 0)
    assert image.get_cursor_data(at(ax, x=W - 0.5, y=0.5)) == cells[0, -1]


def at(ax, x, y):
    """What the mouse over a place tells."""
    return MouseEvent("motion_notify_event", ax.figure.canvas, *ax.transData.transform((x, y)))


def test_captions_say_where_how_large_and_how_far():
    metadata = attach({"bbox": [0, 0, 1, 1]}, (1, 1, 8, 6), "f")
    assert size_and_sight(None, 8, 6) == size_and_sight(metadata, 8, 6) == "8×6"
    pooled = metadata.through("pool1", POOL, 4, 3)
    assert title_of(pooled, "channel 2", 4, 3, 0) == "pool1 · channel 2 · 4×3 · sees 2×2"
    assert title_of(pooled, "", 4, 3, 2) == "pool1 · 4×3 · sees 2×2 · 2 outside"


def test_a_title_says_why_there_are_no_places():
    metadata = attach({"bbox": [0, 0, 1, 1]}, (1, 1, 8, 6), "f")
    assert why_no_places(None) == why_no_places(metadata) == ""
    ended = metadata.ended("flatten", "it lays all cells into one row").through("fc")
    assert why_no_places(ended) == "no places behind flatten: it lays all cells into one row"
    assert title_of(ended, "", 1, 1, 0).startswith("fc · 1×1 · no places behind flatten")
