"""One map, or one picture, with everything that the metadata place on it."""

from dataclasses import dataclass
from typing import Self

from matplotlib.axes import Axes

from tinyconv.metadata import Metadata
from tinyconv.plot.display import Display, new_figure
from tinyconv.plot.maps import draw_cells, title_of
from tinyconv.plot.places import Places
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

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw on `ax`, or into a new figure."""
        H, W = self.cells.shape[:2]
        if ax is None:
            size = SIDE * min(1, W / H) + 0.5, SIDE * min(1, H / W) + 0.7
            ax = new_figure(*size, layout="constrained").subplots()
        draw_cells(ax, self.cells, self.scale, ticks=True)
        places = Places.of(self.metadata)
        places.draw(ax, Pen.of(ax.get_window_extent().width / ax.figure.dpi, places.objects))
        channel = "" if self.channel is None else f"channel {self.channel}"
        title = title_of(self.metadata, channel, H, W, places.outside)
        ax.set_title(title, fontsize=9, color=TEXT, wrap=True)
        return self._drawn([ax])
