"""What one cell of a map sees, drawn on the image, with the objects in it."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from matplotlib.axes import Axes

from tinyconv.inspection import ReceptiveField
from tinyconv.plot.cells import draw_image, frame
from tinyconv.plot.display import Display, checked
from tinyconv.plot.places import Places
from tinyconv.plot.sheet import Sheet, inches_wide
from tinyconv.plot.style import CELL, FAINT, FRAME, HALO, PAPER, TEXT, Pen
from tinyconv.shapes import Array

SIDE = 5.0  # inches
SHADE = 0.45  # over what the cell does not see


@dataclass(eq=False, repr=False)
class ReceptiveFieldDisplay(Display):
    """What a cell sees of an image."""

    result: ReceptiveField

    @property
    def caption(self) -> str:
        """The cell, the size of its window, and whom it sees."""
        result, (rows, cols) = self.result, self.result.size
        seen = f"cell ({result.row}, {result.col}) of {result.layer} sees {rows}×{cols} pixels"
        if result.labels or not result.metadata:
            return f"{seen}: {', '.join(result.labels)}" if result.labels else seen
        return f"{seen}, objects in it: {', '.join(map(str, result.touched)) or 'none'}"

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the image, dark where the cell does not look, and the frame of what it sees."""
        x1, y1, x2, y2 = self._limits()
        longer = max(x2 - x1, y2 - y1)
        sheet = Sheet(SIDE * (x2 - x1) / longer + 0.5, SIDE * (y2 - y1) / longer + 0.7, ax)
        ax = sheet.whole()
        ax.set_title(self.caption, fontsize=9, color=TEXT, wrap=True)
        if self.result.x is not None:
            self._draw_image(ax, self.result.x)
        frame(ax, self.result.window, PAPER, linestyle=(0, (3, 2)))
        frame(ax, self.result.xyxy, PAPER, 2.0)
        ax.plot(*self.result.centre, "+", color=PAPER, markersize=9, markeredgewidth=3, zorder=6)
        ax.plot(*self.result.centre, "+", color=HALO, markersize=8, markeredgewidth=1.2, zorder=7)
        ax.set(xlim=(x1, x2), ylim=(y2, y1), aspect="equal", facecolor=CELL)
        ax.tick_params(labelsize=7, color=FRAME, labelcolor=FAINT, length=3)
        return self._drawn([ax], sheet)

    def _limits(self) -> tuple[float, float, float, float]:
        """Return what is drawn: the image, and the whole window."""
        (x1, y1, x2, y2), image = self.result.window, self.result.x
        if image is None:
            return x1 - 1, y1 - 1, x2 + 1, y2 + 1
        _, H, W = image.shape
        margin = 0.01 * max(H, W)  # room for the frame's line
        over = [margin * (edge < 0) for edge in (x1, y1)] + [margin * (x2 > W), margin * (y2 > H)]
        return min(0, x1 - over[0]), min(0, y1 - over[1]), max(W, x2 + over[2]), max(H, y2 + over[3])

    def _draw_image(self, ax: Axes, x: Array) -> None:
        _, H, W = x.shape
        draw_image(ax, x, ticks=True)
        x1, y1, x2, y2 = self.result.xyxy
        shade = np.zeros((H, W, 4))
        shade[..., 3] = SHADE
        shade[y1:y2, x1:x2, 3] = 0
        ax.imshow(shade, extent=(0, W, H, 0), interpolation="nearest", zorder=1)
        places = Places.of(self.result.metadata)
        places.draw(ax, Pen.of(inches_wide(ax), places.objects))


def receptive_field(result: ReceptiveField, ax: Axes | None = None) -> ReceptiveFieldDisplay:
    """Draw what a cell sees on the image, with its objects: full frame for pixels, dashed with the padding.

    Args:
        result: what `inspection.receptive_field` returned.
        ax: matplotlib axes to draw on; None: a new figure.

    Raises:
        DTypeError: it is something else.

    >>> import matplotlib.pyplot as plt
    >>> from tinyconv import Conv2d, inspection
    >>> cat = {"bbox": [0, 0, 3, 3], "class": "cat"}
    >>> x = np.zeros((1, 8, 8), np.float32)
    >>> found = inspection.receptive_field(Conv2d(1, 1, 3), "Conv2d", 1, 1, x, cat)
    >>> display = receptive_field(found)
    >>> display.caption
    'cell (1, 1) of Conv2d sees 3×3 pixels: cat'
    >>> plt.close(display.figure_)
    """
    return ReceptiveFieldDisplay(checked("receptive_field", "result", result, ReceptiveField)).plot(ax)
