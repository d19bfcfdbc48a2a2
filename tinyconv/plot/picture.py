"""One map, or one picture, with everything that the metadata place on it."""

from dataclasses import dataclass
from typing import Self

from matplotlib.axes import Axes

from tinyconv.metadata import Metadata
from tinyconv.plot.cells import draw_cells
from tinyconv.plot.display import Display
from tinyconv.plot.maps import title_of
from tinyconv.plot.places import Places
from tinyconv.plot.sheet import Sheet, inches_wide
from tinyconv.plot.style import TEXT, Pen, Scale
from tinyconv.shapes import Array

SIDE = 5.0  # inches


@dataclass(eq=False, repr=False)
class PictureDisplay(Display):
    """One map (H, W), or one picture (H, W, 3) in [0, 1], and the metadata that lie on it."""

    cells: Array
    scale: Scale
    metadata: Metadata | None = None
    channel: int | None = None

    @property
    def caption(self) -> str:
        """The layer, the channel, the map's size and what it sees."""
        channel = "" if self.channel is None else f"channel {self.channel}"
        H, W = self.cells.shape[:2]
        return title_of(self.metadata, channel, H, W, Places.of(self.metadata).outside)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the map with its axes in pixels."""
        H, W = self.cells.shape[:2]
        sheet = Sheet(SIDE * min(1, W / H) + 0.5, SIDE * min(1, H / W) + 0.7, ax)
        ax = sheet.whole()
        draw_cells(ax, self.cells, self.scale, ticks=True)
        places = Places.of(self.metadata)
        places.draw(ax, Pen.of(inches_wide(ax), places.objects))
        ax.set_title(self.caption, fontsize=9, color=TEXT, wrap=True)
        return self._drawn([ax], sheet)
