"""How many filters are enough: accuracy against cost."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from tinyconv.inspection import FiltersNeeded
from tinyconv.plot.chart import plain
from tinyconv.plot.display import Display, checked
from tinyconv.plot.sheet import Sheet
from tinyconv.plot.style import FAINT, TEXT, TRAIN, VALIDATION

SIZE = 6.0, 3.6  # inches


@dataclass(eq=False, repr=False)
class FiltersNeededDisplay(Display):
    """The accuracies and costs of the same network with different numbers of filters."""

    result: FiltersNeeded

    @property
    def caption(self) -> str:
        """The best number of filters, and how many seeds stand behind it."""
        test = self.result.test_accuracy.mean(axis=1)  # (K,)
        best, seeds = int(test.argmax()), self.result.test_accuracy.shape[1]
        runs = "1 seed" if seeds == 1 else f"mean of {seeds} seeds"
        filters = self.result.filters[best]
        return f"best with {filters} filters: {100 * test[best]:.1f} % on the test set · {runs}"

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw a dot per run, and a line through the means, over the multiply-adds of one image."""
        sheet = Sheet(*SIZE, ax)
        ax, cost = plain(sheet.whole(), "multiply-adds for one image", "accuracy"), self.result.multiply_adds
        ax.set_xscale("log")
        parts = (
            ("train", self.result.train_accuracy, TRAIN, "--"),
            ("test", self.result.test_accuracy, VALIDATION, "-"),
        )
        for name, accuracy, colour, dashes in parts:
            ax.scatter(
                np.repeat(cost, accuracy.shape[1]),
                accuracy.ravel(),
                s=14,
                color=colour,
                alpha=0.45,
                linewidths=0,
            )
            ax.plot(cost, accuracy.mean(axis=1), dashes, color=colour, linewidth=1.6, label=name)
        named = zip(self.result.filters, cost, strict=True)
        ax.set_xticks(cost, [f"{each:,}\n{count} filter{'' if count == 1 else 's'}" for count, each in named])
        ax.set_xticks([], minor=True)
        ax.margins(0.14, 0.15)
        ax.yaxis.set_major_formatter(PercentFormatter(1))
        ax.legend(fontsize=7.5, frameon=False, labelcolor=FAINT, loc="lower right")
        ax.set_title(self.caption, fontsize=9, color=TEXT, loc="left", wrap=True)
        return self._drawn([ax], sheet)


def filters_needed(result: FiltersNeeded, ax: Axes | None = None) -> FiltersNeededDisplay:
    """Draw the accuracy of the same network with different numbers of filters, against what it costs.

    Args:
        result: what `inspection.filters_needed` returned.
        ax: matplotlib axes to draw on; None: a new figure.

    Raises:
        DTypeError: it is something else.
    """
    return FiltersNeededDisplay(checked("filters_needed", "result", result, FiltersNeeded)).plot(ax)
