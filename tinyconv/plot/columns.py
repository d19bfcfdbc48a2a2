"""The column matrix of im2col beside the image: a patch and its column have the same colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from tinyconv.inspection import Columns
from tinyconv.plot.cells import draw_cells, frame, outline
from tinyconv.plot.display import Display, checked
from tinyconv.plot.maps import symbols
from tinyconv.plot.sheet import MARGIN, Sheet
from tinyconv.plot.style import CELL, FAINT, HALO, PAPER, Scale, object_colour
from tinyconv.plot.written import decimals, letters, write
from tinyconv.shapes import Array, Pair, ShapeError

SIDE, CHANNELS = 1.75, 3  # inches: the longer side of a channel; how many are drawn
ROOM, TALL, CELL_SIDE = 5.7, 4.6, 0.3  # inches: of the matrix at most; of its cells
HEAD, GAP, APART = 0.75, 0.32, 0.7  # inches: titles; between two channels; to the matrix

Placed = tuple[float, float, float, float]  # inches: left, top, width, height


@dataclass(eq=False, repr=False)
class ColumnsDisplay(Display):
    """The column matrix, the output `cells` whose columns are coloured, and the `pixel` that is followed."""

    result: Columns
    cells: list[Pair]
    pixel: tuple[int, int, int]  # channel, row, column

    @property
    def caption(self) -> str:
        """The sizes, and how often pixels are copied."""
        (C, H, W), (KH, KW), (OH, OW) = self.result.x.shape, self.result.kernel_size, self.result.output_size
        rows, cols = self.result.columns.shape
        low, high = self.result.copies.min(), self.result.copies.max()
        sizes = f"{rows} rows = {C}·{KH}·{KW}, {cols} columns = {OH}·{OW}"
        return f"im2col of {C}×{H}×{W}: {sizes} · each pixel copied {low} to {high} times"

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the channels and how often each pixel is copied at the left, and the matrix at the right."""
        (C, H, W), (rows, cols) = self.result.x.shape, self.result.columns.shape
        shown = min(C, CHANNELS)
        width, height = SIDE * min(1, W / H), SIDE * min(1, H / W)
        left = MARGIN + width + APART
        matrix = left, HEAD, min(ROOM, CELL_SIDE * cols), min(TALL, CELL_SIDE * rows)
        tall = HEAD + max((shown + 1) * (height + GAP) - GAP, matrix[3] + 0.5) + MARGIN
        sheet = Sheet(max(left + matrix[2] + MARGIN, 6.2), tall, ax)
        sheet.write(MARGIN, MARGIN, self.caption)
        axes = [
            self._draw_channel(sheet, (MARGIN, HEAD + channel * (height + GAP), width, height), channel)
            for channel in range(shown)
        ]
        axes.append(self._draw_copies(sheet, (MARGIN, HEAD + shown * (height + GAP), width, height)))
        axes.append(self._draw_matrix(sheet, matrix))
        return self._drawn(axes, sheet)

    def column(self, cell: Pair) -> int:
        """Return which column belongs to an output cell."""
        return cell[0] * self.result.output_size[1] + cell[1]

    def _draw_channel(self, sheet: Sheet, place: Placed, channel: int) -> Axes:
        """Draw a channel, and in each patch's colour the pixels that its column copies."""
        name, _ = symbols(np.arange(len(self.result.x)))[channel]
        ax = sheet.axes(*place)
        sheet.write(place[0], place[1] - 0.03, f"${name}$", 8, color=FAINT, va="bottom")
        _draw_numbers(ax, self.result.x[channel], Scale.of(self.result.x), place[2], place[3])
        for number, cell in enumerate(self.cells):
            taps = self.result.pixels[:, self.column(cell)]  # (C·KH·KW, 3)
            _, rows, cols = taps[(taps[:, 0] == channel) & (taps[:, 1] >= 0)].T
            copied = np.zeros(self.result.copies.shape, bool)
            copied[rows, cols] = True
            outline(ax, copied, object_colour(number))
        if channel == self.pixel[0]:
            _, row, col = self.pixel
            _dot(ax, [row], [col])
        return ax

    def _draw_copies(self, sheet: Sheet, place: Placed) -> Axes:
        ax = sheet.axes(*place)
        sheet.write(place[0], place[1] - 0.03, "copies of each pixel", 8, color=FAINT, va="bottom")
        _draw_numbers(ax, self.result.copies, Scale.of(self.result.copies), place[2], place[3])
        return ax

    def _draw_matrix(self, sheet: Sheet, place: Placed) -> Axes:
        """Draw the matrix, plain where an entry comes from the padding."""
        ax, scale = sheet.axes(*place), Scale.of(self.result.x)
        rows, cols = self.result.columns.shape
        sheet.write(place[0], place[1] - 0.03, "column matrix", 8, color=FAINT, va="bottom")
        _draw_numbers(ax, self.result.columns, scale, place[2], place[3])
        for row, col in np.argwhere(self.result.pixels[..., 1] < 0).tolist():
            ax.add_patch(Rectangle((col, row), 1, 1, facecolor=CELL, edgecolor="none", zorder=4))
        for number, cell in enumerate(self.cells):
            frame(ax, (self.column(cell), 0, self.column(cell) + 1, rows), object_colour(number), 1.6)
        taps = self.result.kernel_size[0] * self.result.kernel_size[1]
        names = symbols(np.arange(len(self.result.x)))
        ax.hlines(np.arange(taps, rows, taps), 0, cols, color=PAPER, linewidth=1.6)
        ax.set_yticks(np.arange(len(names)) * taps + taps / 2, [f"${name}$" for name, _ in names])
        ax.tick_params(length=0, labelsize=8, labelcolor=FAINT)
        entries = self.result.adding_into(*self.pixel)
        _dot(ax, entries[:, 0], entries[:, 1])
        count = f"{len(entries)} {'copy' if len(entries) == 1 else 'copies'}"
        text = f"○ one pixel and its {count}:\ncol2im adds them into it; grey is padding"
        sheet.write(place[0], place[1] + place[3] + 0.12, text, 7.5, color=FAINT, linespacing=1.3)
        return ax


def _draw_numbers(ax: Axes, cells: Array, scale: Scale, width: float, height: float) -> None:
    draw_cells(ax, cells, scale)
    ax.set_aspect("auto")
    H, W = cells.shape
    size = letters(cells, min(width / W, height / H))
    if size:
        write(ax, cells, scale, size, decimals(cells))


def _dot(ax: Axes, rows: object, cols: object) -> None:
    """Mark cells in their upper right corners: their numbers stay legible."""
    xy = np.asarray(cols) + 0.8, np.asarray(rows) + 0.2
    ax.scatter(*xy, s=12, color=PAPER, edgecolors=HALO, linewidths=0.8, zorder=7)


def columns(
    result: Columns,
    ax: Axes | None = None,
    *,
    cells: Sequence[Pair] | None = None,
    pixel: tuple[int, int, int] | None = None,
) -> ColumnsDisplay:
    """Draw the column matrix beside the image: the pixels of a patch are framed in their column's colour.

    Below the channels stands how often each pixel is copied. A dot follows one pixel into the matrix: its
    copies are the entries that col2im adds into it on the way back. Of many channels three are drawn.

    Args:
        result: what `inspection.columns` returned.
        ax: matplotlib axes, the area that the picture fits itself into; None: a new figure.
        cells: the output cells, (row, column), whose columns are coloured; None: the first and the middle.
        pixel: (channel, row, column); None: one in the middle of channel 0 that is copied most.

    Raises:
        ShapeError, DTypeError: it is something else, or there is no such cell or pixel.

    >>> import matplotlib.pyplot as plt
    >>> from tinyconv import Conv2d, inspection
    >>> x = np.arange(16, dtype=np.float32).reshape(1, 4, 4)
    >>> display = columns(inspection.columns(Conv2d(1, 1, 3), x))
    >>> display.cells, display.pixel, display.column((1, 1))
    ([(0, 0), (1, 1)], (0, 1, 1), 3)
    >>> plt.close(display.figure_)
    """
    checked("columns", "result", result, Columns)
    OH, OW = result.output_size
    places = [(0, 0), (OH // 2, OW // 2)] if cells is None else [(int(row), int(col)) for row, col in cells]
    for row, col in places:
        if not (0 <= row < OH and 0 <= col < OW):
            raise ShapeError(f"columns: cells (={(row, col)}) must be on the {OH}×{OW} output")
    followed = _most_copied(result.copies) if pixel is None else pixel
    result.adding_into(*followed)  # refuses a pixel that is not there
    return ColumnsDisplay(result, list(dict.fromkeys(places)), followed).plot(ax)


def _most_copied(copies: Array) -> tuple[int, int, int]:
    """Return the pixel of channel 0 that is copied most; of several the one nearest to the middle."""
    H, W = copies.shape
    rows, cols = np.nonzero(copies == copies.max())
    nearest = np.hypot(rows - (H - 1) / 2, cols - (W - 1) / 2).argmin()
    return 0, int(rows[nearest]), int(cols[nearest])
