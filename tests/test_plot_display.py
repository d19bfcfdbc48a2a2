import base64
import html
import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.image import imread
from matplotlib.text import Text
from strategies_displays import AREAS, DISPLAYS, METADATA, NETWORK, SINGLES, X
from strategies_plot import blank_axes, blank_figure, nothing_global_changes  # noqa: F401

from tinyconv import ReLU
from tinyconv.plot import Display, filters, visualize
from tinyconv.plot.display import checked
from tinyconv.plot.sheet import texts_of
from tinyconv.plot.style import FAINT, ON_DARK, PAPER, TEXT, hex_of, luminance
from tinyconv.shapes import DTypeError


@pytest.fixture(params=DISPLAYS, ids=str)
def call(request):
    return DISPLAYS[request.param]


@pytest.fixture(params=AREAS, ids=str)
def area(request):
    return AREAS[request.param]


@pytest.fixture(params=SINGLES, ids=str)
def single(request):
    return SINGLES[request.param]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def written(artist):
    """Every text that is drawn, tick labels apart."""
    axes = [artist, *artist.findobj(plt.Axes)]
    ticks = {
        id(label)
        for ax in axes
        if isinstance(ax, plt.Axes)
        for axis in (ax.xaxis, ax.yaxis)
        for label in axis.findobj(Text)
    }
    return [text for text in texts_of([artist]) if text.get_text() and id(text) not in ticks]


def test_a_plot_opens_one_figure_and_returns_it(call, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("a plot shows nothing by itself"))
    display = call()
    assert isinstance(display, Display)
    assert plt.get_fignums() == [display.figure_.number]
    assert display.figure_.get_figwidth() <= 9.2, "as wide as a notebook"
    assert display.axes_.ndim == 1
    assert set(display.axes_) <= set(display.figure_.axes)
    assert repr(display) == f"{type(display).__name__}({len(display.axes_)} axes)"


def test_a_picture_is_opaque_paper_so_that_it_looks_the_same_on_any_page(call, tmp_path):
    with plt.rc_context({"savefig.transparent": True}):
        call().save(tmp_path / "picture.png")
    assert plt.get_fignums() == []
    picture = imread(tmp_path / "picture.png")
    on_white, on_dark = (
        picture[..., :3] * picture[..., 3:] + page * (1 - picture[..., 3:]) for page in (1.0, 0x11 / 255)
    )
    assert (on_white == on_dark).all()
    assert hex_of(tuple(picture[0, 0])) == PAPER


def test_every_letter_on_paper_is_legible(call):
    figure = call().figure_
    for text in written(figure):
        if text.axes is None:
            assert contrast(text.get_color(), PAPER) >= 3, text  # coloured marks of a key
        if text.axes is None and text.get_text().isalpha():
            assert contrast(text.get_color(), PAPER) >= 4.5, text
        assert text.get_fontsize() >= 4.5, text


def test_a_notebook_shows_the_picture_once_with_its_caption(call):
    display = call()
    source = display._repr_html_()
    assert plt.get_fignums() == []
    image = re.fullmatch(
        r'<img src="data:image/png;base64,(.*)" alt="(.*)" style="width: (\d+)px.*">', source, re.S
    )
    assert base64.b64decode(image[1]).startswith(b"\x89PNG")
    assert html.unescape(image[2]) == display.caption
    assert "<script>" not in source
    assert int(image[3]) == round(100 * display.figure_.get_figwidth())
    shown = imread(io.BytesIO(base64.b64decode(image[1])))
    assert shown.shape[1] >= 1.4 * int(image[3])
    assert display._repr_html_().startswith("<img src="), "the next cell shows it again"
    assert plt.get_fignums() == []


def test_a_display_draws_itself_before_it_is_shown():
    drawn = filters(NETWORK["conv1"])
    fresh = type(drawn)(drawn.weight, drawn.filters, drawn.rgb)
    assert repr(fresh) == "FiltersDisplay(not drawn yet)"
    assert fresh._repr_html_() == drawn._repr_html_()


def test_a_display_can_be_drawn_again(call):
    display = call()
    first = display.figure_
    assert display.plot() is display
    assert display.figure_ is not first
    for ax, before in zip(display.axes_, first.axes, strict=False):
        assert ax.get_title() == before.get_title()
        assert len(ax.get_children()) == len(before.get_children())


def test_no_title_leaves_the_figure(call):
    figure = call().figure_
    figure.canvas.draw()
    texts = written(figure)
    assert texts
    for text in texts:
        box = text.get_window_extent()
        assert box.x0 >= -1, text
        assert box.x1 <= figure.bbox.x1 + 1, text
        assert box.y0 >= -1, text
        assert box.y1 <= figure.bbox.y1 + 1, text


def test_a_picture_of_several_axes_fits_itself_into_the_one_that_it_is_given(area):
    display = area()
    plt.close("all")
    figure = blank_figure(figsize=(4, 3))
    ax = figure.subplots(1, 2)[1]
    assert display.plot(ax) is display
    assert plt.get_fignums() == []
    assert display.figure_ is figure
    figure.canvas.draw()
    room = ax.get_window_extent()
    boxes = [tile.get_window_extent() for tile in display.axes_]
    boxes += [text.get_window_extent() for text in written(ax)]
    for box in boxes:
        assert box.x0 >= room.x0 - 2
        assert box.x1 <= room.x1 + 2
        assert box.y0 >= room.y0 - 2
        assert box.y1 <= room.y1 + 2


def test_a_scaled_picture_keeps_its_proportions(area):
    large = area()
    large_axes = [tile.get_window_extent() for tile in large.axes_]
    sizes = [text.get_fontsize() for text in written(large.figure_)]
    width, height = large.figure_.get_size_inches()
    figure = blank_figure(figsize=(width / 2, height / 2), dpi=large.figure_.dpi)
    large.plot(figure.add_axes((0, 0, 1, 1)))
    for tile, before in zip(large.axes_, large_axes, strict=True):
        assert tile.get_window_extent().bounds == pytest.approx(np.array(before.bounds) / 2, abs=0.6)
    halves = sorted(text.get_fontsize() for text in written(figure))
    assert halves == pytest.approx([size / 2 for size in sorted(sizes)])


def test_a_picture_of_one_axes_draws_on_the_one_that_it_is_given(single):
    display = single()
    plt.close("all")
    ax = blank_axes()
    display.plot(ax)
    assert plt.get_fignums() == []
    assert display.figure_ is ax.figure
    assert list(display.axes_) == [ax]


def test_a_notebook_leaves_the_callers_figure_to_the_caller(call):
    display = call()
    plt.close("all")
    figure, ax = plt.subplots()
    assert display.plot(ax)._repr_html_() is None
    assert plt.get_fignums() == [figure.number]


def test_letters_are_light_where_the_callers_figure_is_dark(call):
    display = call()
    figure = blank_figure(facecolor="#111111")
    display.plot(figure.subplots())
    colours = {hex_of(text.get_color()) for text in written(figure)}
    assert not colours & {TEXT, FAINT}
    assert colours & set(ON_DARK.values())
    assert all(contrast(colour, "#111111") >= 4.5 for colour in ON_DARK.values())


def test_axes_in_a_subfigure_belong_to_its_figure():
    figure = plt.figure()
    ax = figure.subfigures(1, 2)[0].subplots()
    assert visualize(X[:1], METADATA, ax).figure_ is figure


def test_what_is_no_axes_is_refused():
    with pytest.raises(DTypeError, match=r"plot: ax \(a Figure\) must be matplotlib axes, or None"):
        visualize(X[:1], METADATA, blank_axes().figure)


def test_what_is_of_another_kind_is_refused_by_name():
    with pytest.raises(DTypeError, match=r"patch: result \(a ReLU\) must be a Display or str"):
        checked("patch", "result", ReLU(), Display, str)
