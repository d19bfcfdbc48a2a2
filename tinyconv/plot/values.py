"""Values without a place: what comes out of a layer that mixes all places."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from matplotlib.axes import Axes

from tinyconv.metadata import Metadata
from tinyconv.plot.display import Display
from tinyconv.plot.maps import layer_name, why_no_places
from tinyconv.plot.sheet import Sheet
from tinyconv.plot.style import FAINT, FRAME, TEXT, object_colour
from tinyconv.shapes import Array


@dataclass(eq=False, repr=False)
class ValuesDisplay(Display):
    """The values (F,) of one image, one bar each, and the metadata that say why there are no boxes."""

    values: Array
    metadata: Metadata | None

    @property
    def caption(self) -> str:
        """The layer, how many values, and why they have no places."""
        return f"{layer_name(self.metadata)} · {len(self.values)} values\n{why_no_places(self.metadata)}"

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw a bar for each value."""
        sheet = Sheet(6, 3, ax)
        ax, F = sheet.whole(), len(self.values)
        bars = np.full(2 * F - 1, np.nan)  # NaN: the gap between two bars
        bars[::2] = self.values
        edges = np.arange(F)[:, None] + (-0.4, 0.4)  # (F, 2): the tick of value i is in the middle of its bar
        ax.stairs(bars, edges.ravel(), fill=True, color=object_colour(1))
        ax.axhline(0, color=FRAME, linewidth=0.8)
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=7, color=FRAME, labelcolor=FAINT)
        ax.set_title(self.caption, fontsize=9, color=TEXT, wrap=True)
        return self._drawn([ax], sheet)
