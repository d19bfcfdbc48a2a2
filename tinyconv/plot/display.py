"""What every plot returns: a Display, which holds its arrays and can draw them again."""

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from tinyconv.shapes import Array, DTypeError


class Display(ABC):
    """The arrays of a plot; and, once it is drawn, its `figure_` and `axes_`, in scikit-learn's manner.

    `axes_` is a 1-D array of the axes that hold the plot's maps or values, in reading order.
    """

    figure_: Figure
    axes_: Array

    @abstractmethod
    def plot(self) -> Self:
        """Draw into a new figure, and return self."""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file, in the format that its suffix names, and close the figure."""
        self.figure_.savefig(path)
        plt.close(self.figure_)

    def __repr__(self) -> str:
        """Return the name and the number of maps: a notebook prints it below the picture."""
        drawn = f"{len(self.axes_)} axes" if hasattr(self, "axes_") else "not drawn yet"
        return f"{type(self).__name__}({drawn})"

    def _drawn(self, axes: Sequence[Axes]) -> Self:
        figure = axes[0].figure
        self.figure_ = figure.figure if isinstance(figure, SubFigure) else figure
        self.axes_ = np.empty(len(axes), object)
        self.axes_[:] = axes
        return self


def new_figure(width: float, height: float, **options: Any) -> Figure:
    """Return a white figure of a size in inches."""
    return plt.figure(figsize=(width, height), facecolor="white", **options)


def checked_axes(function: str, ax: Any) -> Axes | None:
    """Return matplotlib's axes, or None."""
    if ax is None or isinstance(ax, Axes):
        return ax
    raise DTypeError(
        f"{function}: ax (a {type(ax).__name__}) must be matplotlib axes, or None for a new figure"
    )
