"""The filters of a convolution, as colours or as numbers."""

from dataclasses import dataclass
from math import ceil, floor, log10, sqrt
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes

from tinyconv.plot.display import Display
from tinyconv.plot.maps import as_picture, draw_cells, numbers
from tinyconv.plot.sheet import sheet
from tinyconv.plot.style import FAINT, TEXT, Scale
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

    def plot(self) -> Self:
        """Draw into a new figure."""
        return self._plot_rgb() if self.rgb else self._plot_maps()

    def _plot_rgb(self) -> Self:
        K, most = len(self.weight), Scale.around_zero(self.weight).vmax
        _, axes = sheet(K, min(8, ceil(sqrt(2 * K))), self._tile(TILE), self._title())
        for number, (ax, weight) in enumerate(zip(axes, self.weight, strict=True)):
            draw_cells(ax, as_picture(0.5 + 0.5 * weight / most), Scale.grey())
            ax.set_title(str(number), fontsize=7, color=FAINT, pad=2)
        return self._drawn(axes)

    def _plot_maps(self) -> Self:
        K, C, KH, KW = self.weight.shape
        written, scale = max(KH, KW) <= WRITTEN, Scale.around_zero(self.weight)
        tile = self._tile(CELL * max(KH, KW) if written else TILE)
        _, axes = sheet(K * C, C, tile, self._title(), left=NAMES)
        for ax, (number, channel) in zip(axes, np.ndindex(K, C), strict=True):
            draw_cells(ax, self.weight[number, channel], scale)
            if written:
                _write(ax, self.weight[number, channel], scale.vmax)
            if number == 0:
                ax.set_title(f"channel {channel}", fontsize=7, color=FAINT, pad=2)
            if channel == 0:
                ax.set_ylabel(f"filter {number}", fontsize=7, color=FAINT)
        return self._drawn(axes)

    def _tile(self, longer: float) -> tuple[float, float]:
        KH, KW = self.weight.shape[2:]
        return longer * min(1, KW / KH), longer * min(1, KH / KW)

    def _title(self) -> str:
        K, _, KH, KW = self.weight.shape
        count = f"{K} filters" if self.filters == K else f"{K} of {self.filters} filters"
        return f"{count} · {KH}×{KW}"


def filters(layer_or_weight: Any, *, rgb: bool | None = None, max_filters: int = 32) -> FiltersDisplay:
    """Draw the filters of a convolution: those that look at RGB as colour tiles, others as maps around 0.

    In a colour tile mid-grey is 0. A map has one row per filter and one column per input channel; the weights
    of kernels up to 5×5 are written in. All tiles share one scale.

    Args:
        layer_or_weight: a `Conv2d`, or its weight (F, C, KH, KW).
        rgb: True: colour tiles; False: a map per channel; None: colour tiles where there are three channels.
        max_filters: how many filters to draw at most, from filter 0.

    Raises:
        ShapeError, DTypeError: there are no such weights, or `rgb` is asked of other than three channels.

    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> display = filters(np.eye(3).reshape(1, 1, 3, 3))
    >>> [text.get_text() for text in display.axes_[0].texts]
    ['1.0', '0.0', '0.0', '0.0', '1.0', '0.0', '0.0', '0.0', '1.0']
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
    return FiltersDisplay(weight[:most], len(weight), C == 3 if rgb is None else rgb).plot()


def _write(ax: Axes, weight: Array, most: float) -> None:
    """Write each weight into its cell, in white on the dark ends of the scale."""
    digits = min(4, max(0, 1 - floor(log10(most))))  # two that count, in the largest
    for (row, col), value in np.ndenumerate(weight):
        colour = "white" if abs(value) > 0.6 * most else TEXT
        ax.text(
            col + 0.5, row + 0.5, f"{value:z.{digits}f}", ha="center", va="center", fontsize=6, color=colour
        )
