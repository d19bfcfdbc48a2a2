"""All channels of one image's feature maps, side by side on one colour scale."""

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any, Self

from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from tinyconv.metadata import Metadata
from tinyconv.plot.cells import draw_bar, draw_cells
from tinyconv.plot.display import Display
from tinyconv.plot.maps import one_image, title_of
from tinyconv.plot.places import Places
from tinyconv.plot.sheet import GAP, HEAD, LINE, MARGIN, Sheet, tile_width, tiles_of
from tinyconv.plot.style import FAINT, Pen, Scale
from tinyconv.shapes import Array, integer

BAR = 0.75  # inches: the room for the colour scale at the right


@dataclass(eq=False, repr=False)
class FeatureMapsDisplay(Display):
    """The first maps (K, H, W) of one image's `channels`, and the metadata that lie on each."""

    maps: Array
    channels: int
    columns: int
    metadata: Metadata | None = None

    @property
    def caption(self) -> str:
        """The layer, how many maps, their size and what they see."""
        return self._title(Places.of(self.metadata))

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw all maps, and their colour scale beside them."""
        K, H, W = self.maps.shape
        width = tile_width(self.columns, H / W)
        scale, places = Scale.of(self.maps), Places.of(self.metadata)
        size = width, width * H / W
        sheet, axes = tiles_of(K, self.columns, size, self.caption, ax, right=BAR + MARGIN)
        for channel, (tile, cells) in enumerate(zip(axes, self.maps, strict=True)):
            image = draw_cells(tile, cells, scale)
            places.draw(tile, Pen.of(width, places.objects))
            tile.set_title(str(channel), fontsize=7, color=FAINT, pad=2)
        self._draw_bar(sheet, image, size)
        return self._drawn(axes, sheet)

    def _draw_bar(self, sheet: Sheet, image: AxesImage, size: tuple[float, float]) -> None:
        """Draw the colour scale along the whole height of the maps."""
        (width, height), rows = size, ceil(len(self.maps) / self.columns)
        left = MARGIN + self.columns * (width + GAP) + GAP
        draw_bar(sheet, image, left, HEAD, rows * (height + LINE) - LINE)

    def _title(self, places: Places) -> str:
        K, H, W = self.maps.shape
        count = f"{K} map{'s' * (K != 1)}" if self.channels == K else f"{K} of {self.channels} maps"
        return title_of(self.metadata, count, H, W, places.outside)


def feature_maps(
    y: Any,
    metadata: Any = None,
    ax: Axes | None = None,
    *,
    image: int = 0,
    columns: int | None = None,
    max_maps: int = 32,
) -> FeatureMapsDisplay:
    """Draw the channels of one image side by side, each with every box, point, mask outline and label.

    All maps share one colour scale: around 0 where there are negative values, else from 0 up.

    Args:
        y: (N, C, H, W), (C, H, W) or (H, W).
        metadata: None, a dict for one image, a list of N dicts, or what came out of a layer together with y.
        ax: matplotlib axes, the area that the maps fit themselves into; None: a new figure.
        image: which image of the batch.
        columns: maps in a row; None: as many as look well.
        max_maps: how many maps to draw at most, from channel 0.

    Raises:
        ShapeError, DTypeError: y or the metadata don't fit, or a number is out of range.

    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> display = feature_maps(np.zeros((1, 6, 4, 4)), {"bbox": [1, 1, 3, 3]}, columns=3)
    >>> len(display.axes_), display.axes_[5].patches[0].get_bbox().extents
    (6, array([1., 1., 3., 3.]))
    >>> plt.close(display.figure_)
    """
    most = integer("feature_maps", "max_maps", max_maps, minimum=1)
    if columns is not None:
        integer("feature_maps", "columns", columns, minimum=1)
    maps, metadata = one_image("feature_maps", y, metadata, image)
    K = min(len(maps), most)
    return FeatureMapsDisplay(maps[:K], len(maps), min(K, columns or _columns(K)), metadata).plot(ax)


def _columns(K: int) -> int:
    return 4 if K <= 4 else min(8, ceil(sqrt(2 * K)))
