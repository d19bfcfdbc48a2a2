"""The filters of a convolution, as colours or as numbers."""

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from tinyconv.plot.cells import draw_cells
from tinyconv.plot.display import Display
from tinyconv.plot.maps import as_picture, numbers
from tinyconv.plot.sheet import tiles_of
from tinyconv.plot.style import FAINT, Scale
from tinyconv.plot.written import write
from tinyconv.shapes import Array, DTypeError, ShapeError, integer

TILE = 0.9  # inches: the longer side of a filter
CELL = 0.34  # inches: the side of a weight that has its number in it
WRITTEN = 5  # the largest kernel whose weights are written out
NAMES = 0.35  # inches: room for the filters' names at the left


@dataclass(eq=False, repr=False)
class FiltersDisplay(Display):
    """The first filters (K, C, KH, KW) of a convolution's `filters`: as RGB, or a row of maps for each."""

    weight: Array
    filters: int
    rgb: bool

    @property
    def caption(self) -> str:
        """How many filters, and their size."""
        K, _, KH, KW = self.weight.shape
        count = f"{K} filter{'s' * (K != 1)}" if self.filters == K else f"{K} of {self.filters} filters"
        return f"{count} · {KH}×{KW}"

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw a colour tile, or a row of maps, for each filter."""
        return self._plot_rgb(ax) if self.rgb else self._plot_maps(ax)

    def _plot_rgb(self, ax: Axes | None) -> Self:
        K, most = len(self.weight), Scale.around_zero(self.weight).vmax
        sheet, axes = tiles_of(K, min(8, ceil(sqrt(2 * K))), self._tile(TILE), self.caption, ax)
        for number, (tile, weight) in enumerate(zip(axes, self.weight, strict=True)):
            draw_cells(tile, as_picture(0.5 + 0.5 * weight / most), Scale.grey())
            tile.set_title(str(number), fontsize=7, color=FAINT, pad=2)
        return self._drawn(axes, sheet)

    def _plot_maps(self, ax: Axes | None) -> Self:
        K, C, KH, KW = self.weight.shape
        written, scale = max(KH, KW) <= WRITTEN, Scale.around_zero(self.weight)
        size = self._tile(CELL * max(KH, KW) if written else TILE)
        sheet, axes = tiles_of(K * C, C, size, self.caption, ax, left=NAMES)
        for tile, (number, channel) in zip(axes, np.ndindex(K, C), strict=True):
            draw_cells(tile, self.weight[number, channel], scale)
            if written:
                write(tile, self.weight[number, channel], scale, 6)
            if number == 0:
                tile.set_title(f"channel {channel}", fontsize=7, color=FAINT, pad=2)
            if channel == 0:
                tile.set_ylabel(f"filter {number}", fontsize=7, color=FAINT)
        return self._drawn(axes, sheet)

    def _tile(self, longer: float) -> tuple[float, float]:
        KH, KW = self.weight.shape[2:]
        return longer * min(1, KW / KH), longer * min(1, KH / KW)


def filters(
    layer_or_weight: Any, ax: Axes | None = None, *, rgb: bool | None = None, max_filters: int = 32
) -> FiltersDisplay:
    """Draw the filters of a convolution: those that look at RGB as colour tiles, others as maps around 0.

    In a colour tile mid-grey is 0. A map has one row per filter and one column per input channel; the weights
    of kernels up to 5×5 are written in. All tiles share one scale.

    Args:
        layer_or_weight: a `Conv2d`, or its weight (F, C, KH, KW).
        ax: matplotlib axes, the area that the filters fit themselves into; None: a new figure.
        rgb: True: colour tiles; False: a map per channel; None: colour tiles where there are three channels.
        max_filters: how many filters to draw at most, from filter 0.

    Raises:
        ShapeError, DTypeError: there are no such weights, or `rgb` is asked of other than three channels.

    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> display = filters(np.eye(3).reshape(1, 1, 3, 3))
    >>> [text.get_text() for text in display.axes_[0].texts]
    ['1', '0', '0', '0', '1', '0', '0', '0', '1']
    >>> plt.close(display.figure_)
    """
    most = integer("filters", "max_filters", max_filters, minimum=1)
    given = getattr(layer_or_weight, "weight", layer_or_weight)
    if np.asarray(given).dtype.kind == "O":
        name = type(layer_or_weight).__name__
        raise DTypeError(f"filters: layer_or_weight (a {name}) must be a layer with a weight, or an array")
    weight = numbers("filters", "weight", given)
    if weight.ndim != 4 or 0 in weight.shape:
        raise ShapeError(f"filters: weight (shape={weight.shape}) must be (F, C, KH, KW), each at least 1")
    C = weight.shape[1]
    if rgb and C != 3:
        raise ShapeError(f"filters: rgb (=True) needs three input channels, got C = {C}")
    return FiltersDisplay(weight[:most], len(weight), C == 3 if rgb is None else rgb).plot(ax)
