"""How a network's layers are: a table, the activations of every filter, and the first layer's filters."""

from dataclasses import dataclass
from math import ceil
from typing import Self

import numpy as np
from matplotlib.axes import Axes

from tinyconv.inspection import Health, LayerHealth
from tinyconv.plot.chart import plain
from tinyconv.plot.display import Display, checked
from tinyconv.plot.maps import draw_signed, frame
from tinyconv.plot.sheet import MARGIN, Sheet
from tinyconv.plot.style import BAD, FAINT, FRAME, SATURATED, TEXT, VALIDATION
from tinyconv.shapes import Array

WIDTH, HEAD = 9.0, 0.75  # inches
ROW, GAP = 0.5, 0.17  # inches: the chart of a layer; to the next
CHART, ROOM = 2.15, 4.3  # inches: where the charts begin, and their width
COLUMNS = {"dead": 6.75, "saturated": 7.35, "alike": 8.0, "zeros": 8.75}  # inches: the right edge of each
TILE, CAPTION, ACROSS = 0.62, 0.2, 12  # inches: a first filter; the line above it; how many stand in a row
MOST = 36  # first filters that are drawn
KEY = (  # of the charts
    ("●", "mean", VALIDATION),
    ("▮", "one std around it", VALIDATION),
    ("|", "all", FRAME),
    ("×", "dead", BAD),
    ("▲", "saturated", SATURATED),
)
NOISE = 0.95  # of filters of noise, 1 in 20 has a higher score


@dataclass(eq=False, repr=False)
class HealthDisplay(Display):
    """The rows of a network's layers, and the filters of its first convolution."""

    result: Health

    @property
    def caption(self) -> str:
        """How many filters are dead, saturated and alike in all."""
        rows = self.result.layers
        dead, saturated, alike = (sum(len(getattr(row, key)) for row in rows) for key in list(COLUMNS)[:3])
        return f"{len(rows)} layers · dead filters: {dead} · saturated: {saturated} · alike pairs: {alike}"

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw a row per layer: its name, its filters' activations, its counts; then the first filters."""
        rows, order = self.result.layers, self.best_first()
        below = HEAD + len(rows) * (ROW + GAP) + 0.15
        lines = ceil(len(order) / ACROSS)
        tall = TILE * self._aspect()
        first = 0.55 + lines * (tall + CAPTION) if len(order) else 0.0
        sheet = Sheet(WIDTH, below + first + MARGIN, ax)
        sheet.write(MARGIN, MARGIN, self.caption)
        self._write_head(sheet)
        axes = [
            self._draw_layer(sheet, HEAD + number * (ROW + GAP), row) for number, row in enumerate(rows)
        ]
        if len(order):
            axes += self._draw_first(sheet, below + 0.3, order, tall)
        return self._drawn(axes, sheet)

    def best_first(self) -> Array:
        """Return the first convolution's filters, the most oriented first; those without a score last."""
        if self.result.filters is None or self.result.oriented is None:
            return np.empty(0, np.int64)
        return np.argsort(-np.nan_to_num(self.result.oriented, nan=-1.0), kind="stable")[:MOST]

    def dead_first(self) -> set[int]:
        """Return the first convolution's filters that are dead behind its ReLU."""
        names = [row.name for row in self.result.layers]
        if self.result.first not in names:
            return set()
        behind = self.result.layers[names.index(self.result.first) + 1 :][:1]
        return {int(number) for row in behind for number in row.dead}

    def _aspect(self) -> float:
        filters = self.result.filters
        return 1.0 if filters is None else filters.shape[2] / filters.shape[3]

    def _write_head(self, sheet: Sheet) -> None:
        left = CHART
        for mark, name, colour in KEY:
            sheet.write(left, HEAD - 0.27, mark, 8, color=colour)
            sheet.write(left + 0.13, HEAD - 0.26, name, 7, color=FAINT)
            left += 0.3 + 0.06 * len(name)
        for name, right in COLUMNS.items():
            sheet.write(right, HEAD - 0.26, name, 7.5, color=FAINT, ha="right")

    def _draw_layer(self, sheet: Sheet, top: float, row: LayerHealth) -> Axes:
        sheet.write(MARGIN, top + 0.08, row.name, 8.5, fontweight="bold")
        call = row.layer if len(row.layer) <= 30 else row.layer[:29] + "…"
        sheet.write(MARGIN, top + 0.25, call, 6.5, color=FAINT)
        counts = [len(row.dead), len(row.saturated), len(row.alike)]
        cells = [*map(str, counts), f"{100 * row.zeros.mean():.0f} %"]
        for cell, right, bad in zip(cells, COLUMNS.values(), [*counts, 0], strict=True):
            weight = "bold" if bad else "normal"
            sheet.write(right, top + 0.14, cell, 8.5, color=TEXT if bad else FAINT, ha="right", fontweight=weight)
        ax = sheet.axes(CHART, top, ROOM, ROW)
        _draw_channels(ax, row)
        return ax

    def _draw_first(self, sheet: Sheet, top: float, order: Array, tall: float) -> list[Axes]:
        """Draw the first filters, with number and score; dead ones are framed."""
        weights, scores, dead = self.result.filters[order], self.result.oriented[order], self.dead_first()
        most, axes = float(abs(weights).max()) or 1.0, []
        text = f"filters of {self.result.first}, the most oriented first: above 0.95 is more than noise"
        sheet.write(MARGIN, top - 0.27, text, 8, color=FAINT)
        for place, (number, score) in enumerate(zip(order.tolist(), scores, strict=True)):
            row, column = divmod(place, ACROSS)
            left, upper = MARGIN + column * (TILE + 0.11), top + CAPTION + row * (tall + CAPTION)
            tile = sheet.axes(left, upper, TILE, tall)
            draw_signed(tile, weights[place], most)
            weight = "bold" if score >= NOISE else "normal"
            caption = f"{number} dead" if number in dead else f"{number} · {score:.2f}"
            sheet.write(left, upper - 0.02, caption, 6.5, color=FAINT, va="bottom", fontweight=weight)
            if number in dead:
                frame(tile, (0, 0, *weights.shape[:1:-1]), BAD, 2.0)
            axes.append(tile)
        return axes


def _draw_channels(ax: Axes, row: LayerHealth) -> None:
    """Draw the range, the mean and the spread of each channel, and mark those that are dead or saturated."""
    plain(ax, grid="y")
    channels, wide = np.arange(row.filters), max(1.0, min(5.0, 110 / row.filters))
    ax.vlines(channels, row.low, row.high, color=FRAME, linewidth=max(0.5, wide / 4))
    low, high = np.maximum(row.mean - row.std, row.low), np.minimum(row.mean + row.std, row.high)
    ax.vlines(channels, low, high, color=VALIDATION, linewidth=wide, alpha=0.45)
    ax.plot(channels, row.mean, "o", color=VALIDATION, markersize=max(1.2, wide / 1.6))
    for numbers, marker, colour in ((row.dead, "x", BAD), (row.saturated, "^", SATURATED)):
        ax.plot(numbers, row.mean[numbers], marker, color=colour, markersize=5, markeredgewidth=1.6, zorder=4)
    ax.set_xlim(-1, row.filters)
    ax.set_xticks([])
    ax.locator_params(axis="y", nbins=3)
    ax.tick_params(labelsize=6.5)


def health(result: Health, ax: Axes | None = None) -> HealthDisplay:
    """Draw how a network's layers are: the activations of every filter, counts, and the first filters.

    In a layer's chart stands a bar for each filter: thin from its smallest activation to the largest, thick
    for one standard deviation around the mean. Dead and saturated filters are marked.

    Args:
        result: what `inspection.health` returned.
        ax: matplotlib axes, the area that table and pictures fit themselves into; None: a new figure.

    Raises:
        DTypeError: it is something else.

    >>> import matplotlib.pyplot as plt
    >>> from tinyconv import Conv2d, ReLU, Sequential, inspection
    >>> network = Sequential(conv1=Conv2d(1, 4, 3, rng=0), relu1=ReLU())
    >>> network["conv1"].weight[3], network["conv1"].bias[3] = -1, 0  # its ReLU never opens
    >>> images = np.random.default_rng(0).random((8, 1, 8, 8), np.float32)
    >>> display = health(inspection.health(network, images, progress=False))
    >>> display.caption, display.dead_first()
    ('2 layers · dead filters: 1 · saturated: 0 · alike pairs: 0', {3})
    >>> plt.close(display.figure_)
    """
    return HealthDisplay(checked("health", "result", result, Health)).plot(ax)
