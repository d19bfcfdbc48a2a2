import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text
from strategies_plot import blank_axes, nothing_global_changes  # noqa: F401

from tinyconv import Conv2d, Flatten, MaxPool2d, Sequential
from tinyconv.plot import Display, feature_maps, filters, through_the_layers, visualize
from tinyconv.shapes import DTypeError

NETWORK = Sequential(conv1=Conv2d(3, 4, 3, rng=0), pool1=MaxPool2d(2), flatten=Flatten())
X = np.random.default_rng(0).random((1, 3, 10, 12), np.float32)
METADATA = {"bbox": [2, 2, 6, 7], "class": "cat"}

CALLS = {
    "picture": lambda: visualize(X, METADATA),
    "channel": lambda: visualize(X, METADATA, channel=1),
    "grid": lambda: visualize(*NETWORK["conv1"](X, METADATA)),
    "values": lambda: visualize(*NETWORK(X, METADATA)),
    "feature maps": lambda: feature_maps(X, METADATA),
    "filters": lambda: filters(NETWORK["conv1"]),
    "layers": lambda: through_the_layers(NETWORK, X, METADATA),
}


@pytest.fixture(params=CALLS, ids=str)
def call(request):
    return CALLS[request.param]


def test_a_plot_opens_one_figure_and_returns_it(call):
    display = call()
    assert isinstance(display, Display)
    assert plt.get_fignums() == [display.figure_.number]
    assert display.figure_.get_facecolor() == (1, 1, 1, 1)


def test_save_writes_the_picture_and_closes_the_figure(call, tmp_path):
    call().save(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    assert plt.get_fignums() == []


def test_all_axes_stand_in_the_figure(call):
    display = call()
    assert display.axes_.ndim == 1
    assert all(ax.figure is display.figure_ for ax in display.axes_)
    assert set(display.axes_) <= set(display.figure_.axes)


def test_a_display_can_be_drawn_again(call):
    display = call()
    first = display.figure_
    assert display.plot() is display
    assert display.figure_ is not first
    for ax, before in zip(display.axes_, first.axes, strict=False):
        assert ax.get_title() == before.get_title()
        assert len(ax.get_children()) == len(before.get_children())


def test_a_display_prints_short(call):
    display = call()
    assert repr(display) == f"{type(display).__name__}({len(display.axes_)} axes)"


def test_a_plot_can_be_saved(call, tmp_path):
    call().figure_.savefig(tmp_path / "plot.png", dpi=30)
    assert (tmp_path / "plot.png").stat().st_size > 0


def test_no_title_leaves_the_figure(call):
    figure = call().figure_
    figure.canvas.draw()
    ticks = [label for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for label in axis.findobj(Text)]
    texts = [text for text in figure.findobj(Text) if text.get_text() and text not in ticks]
    assert texts
    for text in texts:
        box = text.get_window_extent()
        assert box.x0 >= -1, text
        assert box.x1 <= figure.bbox.x1 + 1, text
        assert box.y0 >= -1, text
        assert box.y1 <= figure.bbox.y1 + 1, text


def test_no_figure_is_opened_for_axes_that_are_given():
    ax = blank_axes()
    display = visualize(X, METADATA, ax)
    assert plt.get_fignums() == []
    assert display.figure_ is ax.figure
    assert list(display.axes_) == [ax]


def test_axes_in_a_subfigure_belong_to_its_figure():
    figure = plt.figure()
    ax = figure.subfigures(1, 2)[0].subplots()
    assert visualize(X, METADATA, ax).figure_ is figure


def test_what_is_no_axes_is_refused():
    with pytest.raises(DTypeError, match=r"plot: ax \(a Figure\) must be matplotlib axes, or None"):
        visualize(X, METADATA, blank_axes().figure)
