"""The picture of this package: an image on its way through the layers, with its objects on every map."""

from dataclasses import dataclass
from typing import Any, Self

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tinyconv.layers import Layer
from tinyconv.plot.display import Display, new_figure
from tinyconv.plot.maps import draw_cells, layer_name, size_and_sight
from tinyconv.plot.places import Places
from tinyconv.plot.sheet import axes_at
from tinyconv.plot.style import FAINT, TEXT, Pen, Scale
from tinyconv.plot.ways import Stop, Way, way_through
from tinyconv.shapes import DTypeError, ShapeError, integer

TILE = 1.12  # inches: the width of a map
GAP, BLOCK_GAP, MARGIN, HEAD = 0.05, 0.22, 0.1, 0.42  # inches
DPI = 150  # ten inches, an input and six layers, are 1500 pixels: sharp where a page shows them at 900


@dataclass(eq=False, repr=False)
class LayersDisplay(Display):
    """The ways of some pictures through one network, `rows` maps of each layer."""

    ways: list[Way]
    rows: int

    def plot(self) -> Self:
        """Draw into a new figure, one picture below the other."""
        heights = [HEAD + self._spanned(_aspect(way) * TILE) + MARGIN for way in self.ways]
        figure = new_figure(self._width(), sum(heights), dpi=DPI)
        axes, top = [], 0.0
        for way, height in zip(self.ways, heights, strict=True):
            axes += self._plot_way(figure, way, top + HEAD)
            top += height
        return self._drawn(axes)

    def _spanned(self, tile: float) -> float:
        return self.rows * (tile + GAP) - GAP  # inches: the side of the picture, which spans all rows

    def _width(self) -> float:
        blocks = [BLOCK_GAP + len(block) * (TILE + GAP) - GAP for block in self.ways[0].blocks]
        return MARGIN + self._spanned(TILE) + sum(blocks) + MARGIN

    def _plot_way(self, figure: Figure, way: Way, top: float) -> list[Axes]:
        height, left = _aspect(way) * TILE, MARGIN + self._spanned(TILE)
        axes = [self._plot_picture(axes_at(figure, MARGIN, top, left - MARGIN, self._spanned(height)), way)]
        for block in way.blocks:
            left += BLOCK_GAP
            for stop in block:
                places = [(left, top + row * (height + GAP), TILE, height) for row in range(len(stop.maps))]
                axes += _plot_stop([axes_at(figure, *place) for place in places], stop, stop is block[0])
                left += TILE + GAP
            left -= GAP
        return axes

    def _plot_picture(self, ax: Axes, way: Way) -> Axes:
        H, W = way.picture.shape[:2]
        places = Places.of(way.metadata)
        draw_cells(ax, way.picture, Scale.grey())
        places.draw(ax, Pen.of(self._spanned(TILE), places.objects))
        count = f" · {places.objects} objects" if places.objects else ""
        _head(ax, layer_name(way.metadata), f"{H}×{W}{count}", places.outside)
        return ax


def _aspect(way: Way) -> float:
    return way.picture.shape[0] / way.picture.shape[1]


def _plot_stop(axes: list[Axes], stop: Stop, numbered: bool) -> list[Axes]:
    places, signed = Places.of(stop.metadata), bool((stop.maps < 0).any())
    for ax, cells, channel in zip(axes, stop.maps, stop.channels, strict=True):
        draw_cells(ax, cells, Scale.around_zero(cells) if signed else Scale.of(cells))
        places.draw(ax, Pen.of(TILE, places.objects))
        if numbered:
            ax.set_ylabel(f"channel {channel}", fontsize=6, color=FAINT, labelpad=1.5)
    _head(axes[0], stop.name, size_and_sight(stop.metadata, *stop.maps.shape[1:]), places.outside)
    return axes


def _head(ax: Axes, name: str, details: str, outside: int) -> None:
    """Write a title of two lines: a name, and beneath it what is to be said of the size."""
    ax.set_title(name, loc="left", fontsize=8.5, fontweight="bold", color=TEXT, pad=13)
    if outside:
        ax.set_title(f"{outside} outside", loc="right", fontsize=7, color=FAINT, pad=13)
    ax.annotate(
        details,
        (0, 1),
        (0, 3.5),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=7,
        color=FAINT,
    )


def through_the_layers(
    network: Layer, x: Any, metadata: Any = None, *, image: int = 0, maps: int = 2
) -> LayersDisplay:
    """Draw an image on its way through the layers, with every box, mask outline and label on every map.

    On the left is the image; then comes a column per layer, up to where places end. A block is a convolution
    and the layers that keep its channels: all of them show the same channels, so that one can follow a map
    through ReLU and pool. They are those that differ most at the block's end. Each map has its own colours.

    Args:
        network: a `Sequential`, or a layer.
        x: images (N, C, H, W); or a list of pairs (x, metadata), to draw several pictures below each other.
        metadata: None, a dict for one image, or a list of N dicts.
        image: which image of each batch.
        maps: how many maps to draw of each layer.

    Raises:
        ShapeError, DTypeError: what the network itself would raise; or its first layer mixes all places.

    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from tinyconv import Conv2d, MaxPool2d, ReLU, Sequential
    >>> network = Sequential(conv1=Conv2d(1, 4, 3, padding=1), relu1=ReLU(), pool1=MaxPool2d(2))
    >>> display = through_the_layers(network, np.ones((1, 1, 8, 8), np.float32), {"bbox": [2, 2, 6, 6]})
    >>> [ax.get_title(loc="left") for ax in display.axes_[[1, 3, 5]]]
    ['conv1', 'relu1', 'pool1']
    >>> plt.close(display.figure_)
    """
    rows = integer("through_the_layers", "maps", maps, minimum=1)
    if not isinstance(network, Layer):
        raise DTypeError(f"through_the_layers: network (a {type(network).__name__}) must be a layer")
    pairs = _checked_pairs(x) if isinstance(x, list) else [(x, metadata)]
    return LayersDisplay([way_through(network, x, own, image, rows) for x, own in pairs], rows).plot()


def _checked_pairs(pairs: list[Any]) -> list[tuple[Any, Any]]:
    if not pairs:
        raise ShapeError("through_the_layers: x (=[]) must hold at least one pair (x, metadata)")
    for number, pair in enumerate(pairs):
        if not isinstance(pair, tuple) or len(pair) != 2:
            kind = type(pair).__name__
            raise DTypeError(f"through_the_layers: x (item {number}: a {kind}) must be a pair (x, metadata)")
    return pairs
