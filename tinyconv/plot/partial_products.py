"""A filter as an equation of pictures: channel ∗ kernel, summed over channels, + bias → ReLU → max-pool."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from tinyconv.inspection import PartialProducts
from tinyconv.plot.cells import draw_bar, draw_cells
from tinyconv.plot.display import Display, checked
from tinyconv.plot.maps import symbols
from tinyconv.plot.sheet import MARGIN, Sheet
from tinyconv.plot.style import FAINT, HALO, Scale
from tinyconv.plot.written import decimals, letters, text_of, write
from tinyconv.shapes import Array

TILE, KERNEL = 0.92, 0.72  # inches: the longer side of a map, and of a kernel
GAP, WIDE, BAR = 0.24, 0.4, 0.5  # inches: for a sign; for a longer one; for the colour scale
HEAD, LINE = 0.75, 0.2  # inches: the titles; between rows
MOST = 4  # channels that are drawn
CROWD = 100  # windows of a pool above which winners are not marked


@dataclass(eq=False, repr=False)
class PartialProductsDisplay(Display):
    """What one filter makes of each channel, and which `rows` of the channels are drawn."""

    result: PartialProducts
    rows: Array

    @property
    def caption(self) -> str:
        """Which filter, the channels it reads, and the sizes."""
        C, H, W = self.result.x.shape
        OH, OW = self.result.output.shape
        count = f"{C} channel{'s' if C > 1 else ''}"
        shown = count if len(self.rows) == C else f"{len(self.rows)} of {count}"
        return f"filter {self.result.filter} · {shown} · {H}×{W} → {OH}×{OW} · maps it makes on one scale"

    @property
    def scale(self) -> Scale:
        """The colours of all maps that the filter makes."""
        result = self.result
        return Scale.around_zero(np.concatenate([result.products, result.running, result.output[None]]))

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw a row for each channel; behind the last, what becomes of the sum."""
        maps = [self.result.output, self.result.rectified]
        maps += [] if self.result.pooled is None else [self.result.pooled]
        tall = max(_size(cells, TILE)[1] for cells in (self.result.x[0], *maps))
        tall = max(tall, _size(self.result.kernel[0], KERNEL)[1])
        width = 2 * MARGIN + 2 * GAP + KERNEL + WIDE + 3 * TILE + len(maps) * (WIDE + TILE) + BAR
        height = HEAD + len(self.rows) * (tall + LINE) - LINE + MARGIN
        sheet = Sheet(width, height, ax)
        sheet.write(MARGIN, MARGIN, self.caption)
        axes: list[Axes] = []
        for line, row in enumerate(self.rows.tolist()):
            axes += self._draw_row(sheet, HEAD + line * (tall + LINE), tall, line, row)
        axes += self._draw_behind(sheet, height - MARGIN - tall, tall, maps)
        return self._drawn(axes, sheet)

    def _draw_row(self, sheet: Sheet, top: float, tall: float, line: int, row: int) -> list[Axes]:
        """Draw x * kernel = product, and the running sum."""
        result, products = self.result, self.scale
        (name, kernel), x = symbols(result.channels)[row], result.x[row]
        grey = Scale.grey() if np.nanmin(x) >= 0 and np.nanmax(x) <= 1 else Scale.of(result.x)
        parts = [
            ("input", x, TILE, grey, f"${name}$", ""),
            ("kernel", result.kernel[row], KERNEL, Scale.around_zero(result.kernel), f"${kernel}$", "∗"),
            ("product", result.products[row], TILE, products, f"${name} * {kernel}$", "="),
            ("running sum", result.running[row], TILE, products, "", self._sign(line)),
        ]
        left, axes = MARGIN, []
        for head, cells, side, scale, text, sign in parts:
            gap = WIDE if head == "running sum" else GAP if sign else 0.0
            sheet.write(left + gap / 2, top + tall / 2, sign, 11, ha="center", va="center")
            left += gap
            if line == 0:
                sheet.head(left, HEAD - 0.13, head)
            elif head == "running sum":
                sheet.write(left + side / 2, top - LINE / 2, "↓", 8, color=FAINT, ha="center", va="center")
            sheet.write(left, top - 0.03, text, 7.5, color=FAINT, va="bottom")
            axes.append(_draw(sheet, left, top, (side, tall), cells, scale))
            left += side
        return axes

    def _sign(self, line: int) -> str:
        """Return what stands before a running sum: an ellipsis for channels that are not drawn."""
        passed = self.rows[line - 1] + 1 if line else 0
        return ("→" if line == 0 else "+") if self.rows[line] == passed else "+…+" if line else "…+"

    def _draw_behind(self, sheet: Sheet, top: float, tall: float, maps: list[Array]) -> list[Axes]:
        """Draw the sum + bias, behind a ReLU, and behind a max-pool."""
        left, axes = MARGIN + 3 * TILE + KERNEL + 2 * GAP + WIDE, []
        pool = self.result.pool_window
        window = "×".join(map(str, pool.kernel_size)) if pool else ""
        names = ["+ bias", "ReLU", f"max-pool {window}"]
        for name, cells in zip(names, maps, strict=False):
            sheet.write(left + WIDE / 2, top + tall / 2, "→", 11, ha="center", va="center")
            if name == "+ bias":
                bias = f"+ {text_of(self.result.bias, decimals(np.array(self.result.bias)))}".replace(
                    "+ −", "− "
                )
                sheet.write(left + WIDE / 2, top + tall / 2 - 0.13, bias, 7.5, ha="center", va="bottom")
            left += WIDE
            sheet.head(left, top, name)
            axes.append(_draw(sheet, left, top, (TILE, tall), cells, self.scale))
            left += TILE
        self._mark_winners(axes[1])
        draw_bar(sheet, axes[0].images[0], left + 0.08, top, tall)
        return axes

    def _mark_winners(self, ax: Axes) -> None:
        """Frame the cells that win the pool's windows."""
        winners = self.result.winners
        if winners is not None and winners.size <= CROWD:
            for row, col in np.stack(
                np.divmod(winners[winners >= 0], self.result.output.shape[1]), 1
            ).tolist():
                ax.add_patch(Rectangle((col, row), 1, 1, fill=False, edgecolor=HALO, linewidth=0.9, zorder=2))


def _size(cells: Array, longer: float) -> tuple[float, float]:
    """Return width and height of a map in inches."""
    H, W = cells.shape
    return longer * min(1, W / H), longer * min(1, H / W)


def _draw(
    sheet: Sheet, left: float, top: float, room: tuple[float, float], cells: Array, scale: Scale
) -> Axes:
    """Draw a map in the middle of its room, with its numbers where they fit."""
    width, height = _size(cells, room[0])
    ax = sheet.axes(left + (room[0] - width) / 2, top + (room[1] - height) / 2, width, height)
    draw_cells(ax, cells, scale)
    size = letters(cells, width / cells.shape[1])
    if size:
        write(ax, cells, scale, size)
    return ax


def partial_products(result: PartialProducts, ax: Axes | None = None) -> PartialProductsDisplay:
    """Draw a filter as an equation: R ∗ k_R + G ∗ k_G + B ∗ k_B + b → ReLU → max-pool.

    Each row is one channel under its own kernel, and the sum so far; the last row goes on through bias, ReLU
    and pool, whose winners are framed. Small maps have their numbers in them. Of many channels those that
    add most are drawn, and the last; the running sum counts all.

    Args:
        result: what `inspection.partial_products` returned.
        ax: matplotlib axes, the area that the pictures fit themselves into; None: a new figure.

    Raises:
        DTypeError: it is something else.

    >>> import matplotlib.pyplot as plt
    >>> from tinyconv import Conv2d, inspection
    >>> x = np.random.default_rng(0).random((3, 8, 8), np.float32)
    >>> display = partial_products(inspection.partial_products(Conv2d(3, 4, 3, rng=0), x, filter=1))
    >>> len(display.axes_), display.caption
    (15, 'filter 1 · 3 channels · 8×8 → 6×6 · maps it makes on one scale')
    >>> plt.close(display.figure_)
    """
    checked("partial_products", "result", result, PartialProducts)
    strength = abs(result.products).sum(axis=(1, 2))
    strength[-1] = np.inf  # behind it the sum is whole
    rows = np.sort(np.argsort(-strength, kind="stable")[:MOST])
    return PartialProductsDisplay(result, rows).plot(ax)
