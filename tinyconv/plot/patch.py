"""One output pixel by hand: patch · kernel = products, a row for each channel, and their sum."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from tinyconv.inspection import Patch
from tinyconv.plot.cells import draw_cells
from tinyconv.plot.display import Display, checked
from tinyconv.plot.maps import symbols
from tinyconv.plot.sheet import MARGIN, Sheet
from tinyconv.plot.style import CELL, CELL_INK, FAINT, FRAME, Scale
from tinyconv.plot.written import decimals, letters, put, text_of, write
from tinyconv.shapes import Array

CELL_SIDE, LARGEST = 0.42, 2.1  # inches: of a cell with a number; of a whole kernel at most
GAP, SUM, HEAD, LINE = 0.34, 1.0, 0.75, 0.22  # inches: for a sign; for a sum; titles; between rows
MOST = 4  # channels that are drawn


@dataclass(eq=False, repr=False)
class PatchDisplay(Display):
    """The numbers that make one output pixel, and which `rows` of the channels are drawn."""

    result: Patch
    rows: Array

    @property
    def caption(self) -> str:
        """The pixel, and the sum that makes it."""
        result, digits = self.result, self._decimals()
        sums = [text_of(value, digits) for value in (*result.sums, result.bias)]
        terms = " + ".join(sums if len(sums) <= 1 + MOST else [*sums[:2], "…", *sums[-2:]])
        equation = f"{terms} = {text_of(result.output, digits)}".replace("+ −", "− ")
        return f"filter {result.filter} · cell ({result.row}, {result.col}) · {equation}"

    def _decimals(self) -> int:
        return decimals(np.array([*self.result.sums, self.result.bias, self.result.output]))

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw a row of three maps for each channel, its sum at the right, and the bias below."""
        KH, KW = self.result.kernel.shape[1:]
        side = min(CELL_SIDE, LARGEST / max(KH, KW))
        width, height = side * KW, side * KH
        bottom = HEAD + len(self.rows) * (height + LINE)
        sheet = Sheet(max(2 * MARGIN + 3 * width + 3 * GAP + SUM, 4.6), bottom + 0.25 + MARGIN, ax)
        sheet.write(MARGIN, MARGIN, self.caption)
        axes = []
        for line, row in enumerate(self.rows.tolist()):
            axes += self._draw_row(sheet, HEAD + line * (height + LINE), (width, height), row)
        for place, name in enumerate(("patch", "kernel", "products", "sum")):
            sheet.head(MARGIN + place * (width + GAP), HEAD - 0.13, name)
        sheet.write(MARGIN + 3 * (width + GAP), bottom - 0.1, self._rest(), 8, color=FAINT, linespacing=1.3)
        return self._drawn(axes, sheet)

    def _rest(self) -> str:
        """Return what else is added: the channels that are not drawn, and the bias."""
        others = np.delete(self.result.sums, self.rows)
        lines = [f"bias {text_of(self.result.bias, self._decimals())}"]
        if len(others):
            lines.insert(0, f"{len(others)} others {text_of(others.sum(), self._decimals())}")
        return "\n".join(lines)

    def _draw_row(self, sheet: Sheet, top: float, size: tuple[float, float], row: int) -> list[Axes]:
        result, (width, height) = self.result, size
        name, kernel = symbols(result.channels)[row]
        axes, parts = [], (result.patch, result.kernel, result.products)
        texts = f"${name}$", f"${kernel}$", f"${name} \\cdot {kernel}$"
        for place, (stack, text) in enumerate(zip(parts, texts, strict=True)):
            left = MARGIN + place * (width + GAP)
            tile = sheet.axes(left, top, width, height)
            scale = Scale.around_zero(stack) if place else Scale.of(stack)
            draw_cells(tile, stack[row], scale)
            digits = letters(stack[row], width / stack.shape[2])
            if digits:
                write(tile, stack[row], scale, digits, decimals(stack))
            sheet.write(left, top - 0.03, text, 7.5, color=FAINT, va="bottom")
            sign = ("·", "=", "Σ")[place]
            sheet.write(left + width + GAP / 2, top + height / 2, sign, 11, ha="center", va="center")
            axes.append(tile)
        self._mark_padding(axes[0])
        text = text_of(result.sums[row], self._decimals())
        sheet.write(MARGIN + 3 * (width + GAP), top + height / 2, text, 9, va="center")
        return axes

    def _mark_padding(self, ax: Axes) -> None:
        """Cover the taps that lie in the padding: no pixel is there."""
        padding = (self.result.rows < 0) | (self.result.cols < 0)
        for row, col in np.argwhere(padding).tolist():
            style: dict[str, Any] = {"facecolor": CELL, "edgecolor": FRAME, "hatch": "////", "linewidth": 0}
            ax.add_patch(Rectangle((col, row), 1, 1, zorder=4, **style))
            put(ax, row, col, "0", 8, CELL_INK, zorder=5)


def patch(result: Patch, ax: Axes | None = None) -> PatchDisplay:
    """Draw the numbers that make one output pixel: patch · kernel = products, and their sum.

    Each row is one channel. Taps in the padding are hatched. Of many channels those that add most are drawn.

    Args:
        result: what `inspection.patch` returned.
        ax: matplotlib axes, the area that the numbers fit themselves into; None: a new figure.

    Raises:
        DTypeError: it is something else.

    >>> import matplotlib.pyplot as plt
    >>> from tinyconv import Conv2d, inspection
    >>> layer = Conv2d(1, 1, 2)
    >>> layer.weight[:], layer.bias[:] = 1, 2
    >>> display = patch(inspection.patch(layer, np.arange(9, dtype=np.float32).reshape(1, 3, 3), 0, 0, 0))
    >>> display.caption
    'filter 0 · cell (0, 0) · 8 + 2 = 10'
    >>> plt.close(display.figure_)
    """
    checked("patch", "result", result, Patch)
    rows = np.sort(np.argsort(-abs(result.products).sum(axis=(1, 2)), kind="stable")[:MOST])
    return PatchDisplay(result, rows).plot(ax)
