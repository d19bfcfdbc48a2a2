import numpy as np
import pytest
from strategies_displays import METADATA, NETWORK, X
from strategies_plot import nothing_global_changes, pixels  # noqa: F401

from tinyconv import inspection
from tinyconv.plot import receptive_field
from tinyconv.plot.label import Label
from tinyconv.plot.style import PAPER, hex_of
from tinyconv.shapes import DTypeError


def field(row, col, layer="conv2", x=X[:1], metadata=METADATA):
    return inspection.receptive_field(NETWORK, layer, row, col, x, metadata)


def white_frames(ax):
    boxes = [patch for patch in ax.patches if hex_of(patch.get_edgecolor()) == PAPER]
    return [tuple(box.get_bbox().extents.tolist()) for box in boxes]


@pytest.mark.parametrize("cell", [(0, 0), (1, 2), (2, 3)])
def test_the_frames_are_the_window_and_the_pixels_that_it_sees(cell):
    found = field(*cell)
    (ax,) = receptive_field(found).axes_
    assert white_frames(ax) == [found.window, found.xyxy]
    assert [tuple(np.ravel(line.get_xydata())) for line in ax.lines] == [found.centre] * 2


def test_what_the_cell_does_not_see_is_dark():
    found = field(1, 1)
    image, shade = receptive_field(found).axes_[0].images
    assert pixels(image) == pytest.approx(np.moveaxis(X[0], 0, -1))
    x1, y1, x2, y2 = found.xyxy
    dark = shade.get_array()[..., 3]
    assert (dark[y1:y2, x1:x2] == 0).all()
    assert (dark > 0).sum() == dark.size - (y2 - y1) * (x2 - x1)


def test_the_whole_window_lies_in_the_picture():
    found = field(0, 0)
    (ax,) = receptive_field(found).axes_
    x1, y1, _, _ = found.window
    assert ax.get_xlim()[0] <= x1 < 0
    assert ax.get_ylim()[1] <= y1 < 0
    assert ax.get_xlim()[1] == X.shape[3]


def test_all_objects_are_drawn_and_those_in_it_are_named():
    display = receptive_field(field(0, 0))
    labels = [text.get_text() for text in display.axes_[0].texts if isinstance(text, Label)]
    assert labels == METADATA["labels"]
    assert display.caption == "cell (0, 0) of conv2 sees 8×8 pixels: cat"


def test_objects_without_names_are_counted_by_their_rows():
    boxes = {"boxes": METADATA["boxes"]}
    assert receptive_field(field(0, 0, metadata=boxes)).caption.endswith("8×8 pixels, objects in it: 0")
    nobody = {"boxes": [[0, 0, 1, 1]]}
    assert receptive_field(field(2, 3, metadata=nobody)).caption.endswith("objects in it: none")
    assert receptive_field(field(2, 3, metadata=None)).caption.endswith("8×8 pixels")


def test_without_an_image_only_the_window_is_drawn():
    (ax,) = receptive_field(field(1, 1, x=None, metadata=None)).axes_
    assert len(ax.images) == 0
    assert len(white_frames(ax)) == 2


def test_what_is_something_else_is_refused():
    with pytest.raises(DTypeError, match=r"receptive_field: result \(a tuple\) must be a ReceptiveField"):
        receptive_field((0, 0, 1, 1))
