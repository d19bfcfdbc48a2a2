from dataclasses import replace

import numpy as np
import pytest
from strategies_displays import NETWORK, X, attributions
from strategies_plot import drawn_boxes, nothing_global_changes, pixels  # noqa: F401

from tinyconv import inspection, plot
from tinyconv.plot import attribution
from tinyconv.shapes import DTypeError, ShapeError

METHODS = ("deconvnet", "saliency", "guided_backprop")


def test_image_and_pictures_stand_side_by_side_under_their_names():
    results = attributions(*METHODS)
    display = attribution(*results)
    assert pixels(display.axes_[0].images[0]) == pytest.approx(np.moveaxis(X[0], 0, -1))
    for ax, result in zip(display.axes_[1:4], results, strict=True):
        picture = np.moveaxis(result.picture, 0, -1)
        assert pixels(ax.images[0]) == pytest.approx(0.5 + 0.5 * picture / abs(picture).max(), abs=1e-6)
    texts = [text.get_text() for text in display.figure_.texts]
    assert {"image", "deconvnet", "saliency", "guided backprop"} <= set(texts)


def test_every_tile_frames_what_the_cell_sees():
    results = attributions(*METHODS)
    for ax, result in zip(attribution(*results).axes_, [results[0], *results], strict=True):
        assert drawn_boxes(ax).tolist() == [list(map(float, result.xyxy))]


def test_what_a_cell_sees_is_enlarged_where_it_is_small():
    found = inspection.deconvnet(NETWORK, X[:1], "conv1", 0, (4, 4))
    display = attribution(found)
    assert len(display.axes_) == 4
    for ax in display.axes_[2:]:
        x1, y1, x2, y2 = found.xyxy
        assert (ax.get_xlim(), ax.get_ylim()) == ((x1, x2), (y2, y1))


def test_a_cell_that_sees_all_has_no_frame():
    found = inspection.saliency(NETWORK, X[:1], "fc", 1)
    display = attribution(found)
    assert len(display.axes_) == 2
    assert [len(ax.patches) for ax in display.axes_] == [0, 0]
    assert display.caption.startswith("fc · filter 1 · activation")


def test_grey_pictures_are_drawn_around_zero():
    network, x = NETWORK["conv2"], np.random.default_rng(0).random((1, 4, 6, 6), np.float32)
    ax = attribution(inspection.saliency(network, x, "Conv2d", 0)).axes_[1]
    low, high = ax.images[0].get_clim()
    assert low == -high


def test_it_goes_by_the_methods_names_too():
    assert plot.deconvnet is plot.saliency is plot.guided_backprop is attribution


def test_what_does_not_belong_together_is_refused():
    (one,) = attributions("saliency")
    with pytest.raises(DTypeError, match=r"attribution: result \(a ndarray\) must be a Attribution"):
        attribution(one, X)
    with pytest.raises(ShapeError, match=r"attribution: results \(of images \[\]\) must be of one image"):
        attribution()
    with pytest.raises(ShapeError, match="must be of one image"):
        attribution(one, replace(one, x=one.x[:, :5]))
