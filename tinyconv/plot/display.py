"""What every plot returns: a Display, which holds its arrays and can draw them again."""

import base64
import html
import io
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from tinyconv.plot.sheet import Sheet, texts_of
from tinyconv.plot.style import ON_DARK, hex_of, is_dark
from tinyconv.shapes import Array, DTypeError

PAGE_WIDTH = 100  # pixels of a notebook's page for each inch: nine inches are 900 pixels


class Display(ABC):
    """The arrays of a plot; and, once it is drawn, its `figure_` and `axes_`, in scikit-learn's manner.

    `axes_` is a 1-D array of the axes that hold the plot's maps or values, in reading order. A notebook shows
    a display that has a figure of its own; one in the caller's axes is shown with the caller's figure.
    """

    figure_: Figure
    axes_: Array
    _given: Axes | None = None

    @abstractmethod
    def plot(self, ax: Axes | None = None) -> Self:
        """Draw on `ax`, or into a new figure, and return self.

        A plot of several maps takes `ax` as the area that it fits itself into.
        """

    @property
    @abstractmethod
    def caption(self) -> str:
        """What the picture shows, in a line: its title, and what is read out where it cannot be seen."""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file, in the format that its suffix names, and close the figure."""
        self.figure_.savefig(path, facecolor=self.figure_.get_facecolor(), transparent=False)
        plt.close(self.figure_)

    def __repr__(self) -> str:
        """Return the name and the number of maps."""
        drawn = f"{len(self.axes_)} axes" if hasattr(self, "axes_") else "not drawn yet"
        return f"{type(self).__name__}({drawn})"

    def _repr_html_(self) -> str | None:
        """Return the picture for a notebook, and close its figure, so that it is not shown twice."""
        if not hasattr(self, "figure_"):
            self.plot()
        if self._given is not None:
            return None
        png = io.BytesIO()
        self.figure_.savefig(png, format="png", facecolor=self.figure_.get_facecolor(), transparent=False)
        plt.close(self.figure_)
        width = round(self.figure_.get_figwidth() * PAGE_WIDTH)
        return (
            f'<img src="data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}" '
            f'alt="{html.escape(self.caption)}" style="width: {width}px; max-width: 100%; height: auto">'
        )

    def _drawn(self, axes: Sequence[Axes], sheet: Sheet) -> Self:
        """Keep the axes, and give the letters that stand on the caller's background a colour to suit it."""
        sheet.finish()
        figure = axes[0].figure
        self.figure_ = figure.figure if isinstance(figure, SubFigure) else figure
        self.axes_ = np.empty(len(axes), object)
        self.axes_[:] = axes
        self._given = sheet.given
        if is_dark(figure.get_facecolor()):
            for text in texts_of([sheet.host]):
                text.set_color(ON_DARK.get(hex_of(text.get_color()), text.get_color()))
        return self


def checked(function: str, argument: str, value: Any, *kinds: type) -> Any:
    """Return `value`, if it is of one of `kinds`."""
    if isinstance(value, kinds):
        return value
    names = " or ".join(kind.__name__ for kind in kinds)
    raise DTypeError(f"{function}: {argument} (a {type(value).__name__}) must be a {names}")
