import numpy as np
import pytest
from matplotlib.colors import to_rgb
from strategies_displays import METADATA, NETWORK, X
from strategies_plot import nothing_global_changes  # noqa: F401

from tinyconv import inspection
from tinyconv.plot import top_patches
from tinyconv.plot.style import CELL
from tinyconv.shapes import DTypeError


def found(k=9, metadata=None, layer="relu2", images=X):
    return inspection.top_patches(NETWORK, images, layer, 1, k, metadata=metadata, progress=False)


def test_patches_stand_at_the_left_and_their_pictures_right():
    result = found()
    display = top_patches(result)
    k = len(result.images)
    assert len(display.axes_) == 2 * k
    for number in range(k):
        left, right = display.axes_[number], display.axes_[k + number]
        patch = np.moveaxis(result.patches[number], 0, -1)
        shown = np.asarray(left.images[0].get_array())
        there = np.isfinite(patch).all(axis=-1)
        assert shown[there] == pytest.approx(patch[there])
        assert shown[~there] == pytest.approx(np.broadcast_to(to_rgb(CELL), shown[~there].shape))
        assert right.images[0].get_array().shape == patch.shape
        assert left.get_position().x1 < right.get_position().x0


def test_nine_patches_make_a_square():
    images = np.random.default_rng(0).random((12, 3, 10, 12), np.float32)
    display = top_patches(found(images=images))
    corners = {round(ax.get_position().x0, 4) for ax in display.axes_[:9]}
    rows = {round(ax.get_position().y0, 4) for ax in display.axes_[:9]}
    assert (len(corners), len(rows)) == (3, 3)


def test_activation_and_labels_stand_below():
    result = found(metadata=[METADATA] * 3)
    texts = [text.get_text() for text in top_patches(result).figure_.texts]
    for activation, labels in zip(result.activations, result.labels, strict=True):
        line = next(text for text in texts if text.startswith(f"{activation:.3g}"))
        assert labels[0] in line


def test_long_labels_are_cut():
    names = {"boxes": METADATA["boxes"], "labels": ["a very long name of an object"] * 2}
    texts = [text.get_text() for text in top_patches(found(metadata=[names] * 3)).figure_.texts]
    assert any(text.endswith("…") for text in texts)


def test_what_is_something_else_is_refused():
    with pytest.raises(DTypeError, match=r"top_patches: result \(a ndarray\) must be a TopPatches"):
        top_patches(X)
