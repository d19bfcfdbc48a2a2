"""The look of a chart: pale lines, small letters, no box around it."""

from typing import Any

from matplotlib.axes import Axes

from tinyconv.plot.style import FAINT, FRAME


def plain(ax: Axes, xlabel: str = "", ylabel: str = "", grid: Any = "y") -> Axes:
    """Give axes the look of a chart, with its labels; `grid` is "x", "y", "both" or None."""
    ax.set_facecolor("none")  # the letters in it suit the figure
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(FRAME)
    ax.tick_params(labelsize=7.5, color=FRAME, labelcolor=FAINT, length=3)
    ax.set_xlabel(xlabel, fontsize=8, color=FAINT)
    ax.set_ylabel(ylabel, fontsize=8, color=FAINT)
    ax.set_axisbelow(True)
    if grid:
        ax.grid(axis=grid, color=FRAME, linewidth=0.4, alpha=0.6)
    return ax
