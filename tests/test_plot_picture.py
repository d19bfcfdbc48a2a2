import matplotlib.pyplot as plt
import numpy as np
import pytest
from strategies_plot import blank_axes, nothing_global_changes  # noqa: F401

from tinyconv.metadata import attach
from tinyconv.plot.picture import PictureDisplay
from tinyconv.plot.style import Scale

METADATA = attach({"boxes": [[0, 0, 2, 2]] * 9, "labels": list(range(9))}, (1, 1, 4, 8), "test")


def test_a_new_figure_has_the_pictures_shape():
    wide = PictureDisplay(np.zeros((4, 16)), Scale.grey()).plot()
    width, height = wide.figure_.get_size_inches()
    assert width > 2 * height


def test_small_axes_have_thinner_lines_and_a_crowd_no_labels():
    ax = blank_axes()
    PictureDisplay(np.zeros((4, 8)), Scale.grey(), METADATA).plot(ax)
    small = plt.figure(figsize=(12, 1)).subplots(1, 9)[0]
    PictureDisplay(np.zeros((4, 8)), Scale.grey(), METADATA).plot(small)
    assert small.patches[0].get_linewidth() < ax.patches[0].get_linewidth()
    assert len(ax.texts) == 9
    assert len(small.texts) == 0


def test_a_box_does_not_widen_the_view():
    ax = blank_axes()
    metadata = attach({"bbox": [-5, 1, 6, 3]}, (1, 1, 4, 8), "test")
    PictureDisplay(np.zeros((4, 8)), Scale.grey(), metadata).plot(ax)
    ax.figure.canvas.draw()
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 8), (4, 0))
    assert ax.patches[0].get_clip_on()
    assert ax.patches[0].get_x() == pytest.approx(-5)
