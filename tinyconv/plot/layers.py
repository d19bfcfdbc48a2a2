"""The picture of this package: an image on its way through the layers, with its objects on every map."""

from dataclasses import dataclass
from typing import Any, Self

from matplotlib.axes import Axes

from tinyconv.layers import Layer
from tinyconv.plot.cells import draw_cells
from tinyconv.plot.display import Display
from tinyconv.plot.maps import layer_name, size_and_sight
from tinyconv.plot.places import Places
from tinyconv.plot.sheet import Sheet
from tinyconv.plot.style import FAINT, TEXT, Pen, Scale
from tinyconv.plot.ways import Stop, Way, way_through
from tinyconv.shapes import DTypeError, ShapeError, integer

TILE = 1.12  # inches: the width of a map
GAP, BLOCK_GAP, MARGIN, HEAD = 0.05, 0.22, 0.1, 0.42  # inches

Place = tuple[float, float, float, float]  # inches: left, top, width, height


@dataclass(eq=False, repr=False)
class LayersDisplay(Display):
    """The ways of some pictures through one network, `rows` maps of each layer."""

    ways: list[Way]
    rows: int

    @property
    def caption(self) -> str:
        """The layers that the pictures pass."""
        names = [stop.name for block in self.ways[0].blocks for stop in block]
        pictures = "1 picture" if len(self.ways) == 1 else f"{len(self.ways)} pictures"
        return f"{pictures} on the way through {', '.join(names)}"

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw one picture below the other, each with its layers at its right."""
        heights = [HEAD + self._spanned(_aspect(way) * TILE) + MARGIN for way in self.ways]
        sheet = Sheet(self._width(), sum(heights), ax)
        axes, top = [], 0.0
        for way, height in zip(self.ways, heights, strict=True):
            axes += self._plot_way(sheet, way, top + HEAD)
            top += height
        return self._drawn(axes, sheet)

    def _spanned(self, tile: float) -> float:
        return self.rows * (tile + GAP) - GAP  # inches: the side of the picture, which spans all rows

    def _width(self) -> float:
        blocks = [BLOCK_GAP + len(block) * (TILE + GAP) - GAP for block in self.ways[0].blocks]
        return MARGIN + self._spanned(TILE) + sum(blocks) + MARGIN

    def _plot_way(self, sheet: Sheet, way: Way, top: float) -> list[Axes]:
        height, left = _aspect(way) * TILE, MARGIN + self._spanned(TILE)
        axes = [self._plot_picture(sheet, (MARGIN, top, left - MARGIN, self._spanned(height)), way)]
        for block in way.blocks:
            left += BLOCK_GAP
            for stop in block:
                places = [(left, top + row * (height + GAP), TILE, height) for row in range(len(stop.maps))]
                axes += _plot_stop(sheet, places, stop, stop is block[0])
                left += TILE + GAP
            left -= GAP
        return axes

    def _plot_picture(self, sheet: Sheet, place: Place, way: Way) -> Axes:
        ax, (H, W) = sheet.axes(*place), way.picture.shape[:2]
        places = Places.of(way.metadata)
        draw_cells(ax, way.picture, Scale.grey())
        places.draw(ax, Pen.of(self._spanned(TILE), places.objects))
        count = f" · {places.objects} objects" if places.objects else ""
        _head(sheet, ax, layer_name(way.metadata), f"{H}×{W}{count}", places.outside)
        return ax


def _aspect(way: Way) -> float:
    return way.picture.shape[0] / way.picture.shape[1]


def _plot_stop(sheet: Sheet, tiles: list[Place], stop: Stop, numbered: bool) -> list[Axes]:
    axes = [sheet.axes(*tile) for tile in tiles]
    places, signed = Places.of(stop.metadata), bool((stop.maps < 0).any())
    for ax, cells, channel in zip(axes, stop.maps, stop.channels, strict=True):
        draw_cells(ax, cells, Scale.around_zero(cells) if signed else Scale.of(cells))
        places.draw(ax, Pen.of(TILE, places.objects))
        if numbered:
            ax.set_ylabel(f"channel {channel}", fontsize=6, color=FAINT, labelpad=1.5)
    _head(sheet, axes[0], stop.name, size_and_sight(stop.metadata, *stop.maps.shape[1:]), places.outside)
    return axes


def _head(sheet: Sheet, ax: Axes, name: str, details: str, outside: int) -> None:
    """Write a title of two lines: a name, and beneath it what is to be said of the size."""
    pad = 13 * sheet.scale
    ax.set_title(name, loc="left", fontsize=8.5, fontweight="bold", color=TEXT, pad=pad)
    if outside:
        ax.set_title(f"{outside} outside", loc="right", fontsize=7, color=FAINT, pad=pad)
    ax.annotate(
        details,
        (0, 1),
        (0, 3.5 * sheet.scale),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=7,
        color=FAINT,
    )


def through_the_layers(
    network: Layer,
    x: Any,
    metadata: Any = None,
    ax: Axes | None = None,
    *,
    image: int = 0,
    maps: int = 2,
) -> LayersDisplay:
    """Draw an image on its way through the layers, with every box, mask outline and label on every map.

    On the left is the image; then comes a column per layer, up to where places end. A block is a convolution
    and the layers that keep its channels: all of them show the same channels, so that one can follow a map
    through ReLU and pool. They are those that differ most at the block's end. Each map has its own colours.

    Args:
        network: a `Sequential`, or a layer.
        x: images (N, C, H, W); or a list of pairs (x, metadata), to draw several pictures below each other.
        metadata: None, a dict for one image, or a list of N dicts.
        ax: matplotlib axes, the area that the maps fit themselves into; None: a new figure.
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
    return LayersDisplay([way_through(network, x, own, image, rows) for x, own in pairs], rows).plot(ax)


def _checked_pairs(pairs: list[Any]) -> list[tuple[Any, Any]]:
    if not pairs:
        raise ShapeError("through_the_layers: x (=[]) must hold at least one pair (x, metadata)")
    for number, pair in enumerate(pairs):
        if not isinstance(pair, tuple) or len(pair) != 2:
            kind = type(pair).__name__
            raise DTypeError(f"through_the_layers: x (item {number}: a {kind}) must be a pair (x, metadata)")
    return pairs
