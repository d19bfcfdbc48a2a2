"""The history of a training run: loss and accuracy, epoch by epoch."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from tinyconv.plot.chart import plain
from tinyconv.plot.display import Display, checked
from tinyconv.plot.sheet import MARGIN, Sheet
from tinyconv.plot.style import FAINT, TRAIN, VALIDATION
from tinyconv.shapes import Array, ShapeError
from tinyconv.training import History

WIDTH, HEIGHT = 9.0, 2.9  # inches
PANEL, TALL, HEAD, LEFT = 3.55, 1.85, 0.55, 0.6  # inches: a panel's width and height; above it; for its ticks
PANELS = {"loss": ("train_loss", "validation_loss"), "accuracy": ("train_accuracy", "validation_accuracy")}


@dataclass(eq=False, repr=False)
class HistoryDisplay(Display):
    """The columns of a history (epochs,), NaN where there was no validation."""

    columns: dict[str, Array]
    interrupted: bool = False

    @property
    def caption(self) -> str:
        """How many epochs, the best accuracy, and when it was."""
        epochs = len(self.columns["train_loss"])
        parts = [f"{epochs} epoch{'s' if epochs != 1 else ''}"]
        name = "validation" if self._validated else "train"
        accuracy = self.columns[f"{name}_accuracy"]
        if np.isfinite(accuracy).any():
            best = int(np.nanargmax(accuracy))
            parts.append(f"best {name} accuracy {100 * accuracy[best]:.1f} % in epoch {best + 1}")
        return " · ".join(parts + ["interrupted"] * self.interrupted)

    @property
    def _validated(self) -> bool:
        return bool(np.isfinite(self.columns["validation_accuracy"]).any())

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the loss at the left and the accuracy at the right."""
        sheet = Sheet(WIDTH, HEIGHT, ax)
        sheet.write(MARGIN, MARGIN, self.caption)
        panels = [sheet.axes(LEFT + place * (PANEL + 0.9), HEAD, PANEL, TALL) for place in (0, 1)]
        for panel, (name, pair) in zip(panels, PANELS.items(), strict=True):
            self._draw_panel(panel, name, pair)
        panels[1].yaxis.set_major_formatter(PercentFormatter(1, decimals=None))
        return self._drawn(panels, sheet)

    def _draw_panel(self, ax: Axes, name: str, pair: tuple[str, str]) -> None:
        plain(ax, "epoch", name)
        for column, colour, dashes in zip(pair, (TRAIN, VALIDATION), ("--", "-"), strict=True):
            values = self.columns[column]
            if not np.isfinite(values).any():
                continue
            epochs = np.arange(1, len(values) + 1)
            marker = "o" if len(values) <= 12 else ""
            ax.plot(
                epochs, values, dashes, color=colour, marker=marker, markersize=3.5, linewidth=1.6,
                label=column.split("_")[0],
            )
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
        ax.set_xlim(0.5, len(values) + 0.5)
        ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]) if name == "loss" else None)
        ax.legend(fontsize=7.5, frameon=False, labelcolor=FAINT, loc="best")


def history(history: History, ax: Axes | None = None) -> HistoryDisplay:
    """Draw loss and accuracy of a training run, epoch by epoch.

    Args:
        history: what `fit` returned.
        ax: matplotlib axes, the area that both panels fit themselves into; None: a new figure.

    Raises:
        DTypeError: it is no history.
        ShapeError: no epoch has been finished.

    >>> import matplotlib.pyplot as plt
    >>> run = History([0.9, 0.4], [0.6, 0.8], [0.8, 0.5], [0.7, 0.75], [1.0, 1.0])
    >>> from tinyconv import plot
    >>> display = plot.history(run)
    >>> display.caption
    '2 epochs · best validation accuracy 75.0 % in epoch 2'
    >>> plt.close(display.figure_)
    """
    checked("history", "history", history, History)
    if not len(history):
        raise ShapeError("history: history (0 epochs) must hold at least one epoch")
    columns = {name: np.array(values) for name, values in history.columns().items()}
    return HistoryDisplay(columns, history.interrupted).plot(ax)
