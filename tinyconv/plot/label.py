"""A label in a box of its object's colour, which keeps itself within its axes."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from tinyconv.plot.style import HALO


class Label(Text):
    """A text whose lower left corner lies at (x, y) of the data, moved into the axes when it is drawn.

    How large a text is in cells is known only then: it hangs on the size of the figure.
    """

    def __init__(self, ax: Axes, x: float, y: float, text: str, colour: str, fontsize: float) -> None:
        self._shift = Affine2D()
        super().__init__(
            x,
            y,
            text,
            color=HALO,
            fontsize=fontsize,
            verticalalignment="bottom",
            transform=ax.transData + self._shift,
            bbox={"facecolor": colour, "edgecolor": "none", "boxstyle": "square,pad=0.12"},
            clip_on=True,
            zorder=5,
        )
        self.set_in_layout(False)
        ax.add_artist(self)

    def draw(self, renderer: Any) -> None:
        """Move into the axes, then draw."""
        self._shift.clear()
        self.update_bbox_position_size(renderer)
        patch = self.get_bbox_patch()
        if patch is not None and self.axes is not None:
            box, room = patch.get_window_extent(renderer), self.axes.bbox
            dx = _into(box.x0, box.x1, room.x0, room.x1)
            dy = _into(box.y0, box.y1, room.y0, room.y1)
            self._shift.translate(dx, dy)
        super().draw(renderer)


def _into(low: float, high: float, first: float, last: float) -> float:
    """Return how far [low, high] must move to lie in [first, last]; the low end wins."""
    return max(first - low, min(0.0, last - high))
