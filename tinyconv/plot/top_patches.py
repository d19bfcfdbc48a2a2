"""The patches of a data set that excite a filter most, beside their deconvnet pictures."""

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Self

from matplotlib.axes import Axes

from tinyconv.inspection import TopPatches
from tinyconv.plot.display import Display, checked
from tinyconv.plot.maps import draw_image, draw_signed
from tinyconv.plot.sheet import MARGIN, Sheet
from tinyconv.plot.style import FAINT

BLOCK, APART, GAP, LINE, HEAD = 4.2, 0.36, 0.1, 0.2, 0.78  # inches
LETTERS = 0.062  # inches: the width of a letter of a label


@dataclass(eq=False, repr=False)
class TopPatchesDisplay(Display):
    """The strongest patches of one filter, and what came down from each."""

    result: TopPatches

    @property
    def caption(self) -> str:
        """Which filter, and how many patches."""
        k = len(self.result.images)
        return f"{self.result.layer} · filter {self.result.filter} · the {k} patches that excite it most"

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the patches as a square at the left, with activation and labels, and their pictures right."""
        k, _, h, w = self.result.patches.shape
        columns = ceil(sqrt(k))
        width = min(1.3, (BLOCK - (columns - 1) * GAP) / columns, 1.3 * w / h)
        height, rows = width * h / w, ceil(k / columns)
        block = columns * (width + GAP) - GAP
        second = MARGIN + max(block, 1.6) + APART
        sheet = Sheet(second + max(block, 2.2) + MARGIN, HEAD + rows * (height + GAP + LINE) - GAP + MARGIN, ax)
        sheet.write(MARGIN, MARGIN, self.caption)
        sheet.head(MARGIN, HEAD, "patches")
        sheet.head(second, HEAD, "deconvnet")
        axes: list[Axes] = []
        for left, stack in ((MARGIN, self.result.patches), (second, self.result.pictures)):
            for number, maps in enumerate(stack):
                row, column = divmod(number, columns)
                place = left + column * (width + GAP), HEAD + row * (height + GAP + LINE)
                tile = sheet.axes(*place, width, height)
                axes.append(tile)
                if stack is self.result.pictures:
                    draw_signed(tile, maps)
                    continue
                draw_image(tile, maps)
                text = self._label(number, int(width / LETTERS))
                sheet.write(place[0], place[1] + height + 0.03, text, 7, color=FAINT)
        return self._drawn(axes, sheet)

    def _label(self, number: int, most: int) -> str:
        """Return activation and labels of a patch, cut to a number of letters."""
        labels = ", ".join(dict.fromkeys(self.result.labels[number]))
        text = f"{self.result.activations[number]:.3g}  {labels}".rstrip()
        return text if len(text) <= most else text[: most - 1] + "…"


def top_patches(result: TopPatches, ax: Axes | None = None) -> TopPatchesDisplay:
    """Draw the patches that excite a filter most, and beside them what a deconvnet finds in each.

    Under each patch stand its activation and the labels of the objects in it. Where a patch hangs over the
    border of its image, it is plain.

    Args:
        result: what `inspection.top_patches` returned.
        ax: matplotlib axes, the area that the patches fit themselves into; None: a new figure.

    Raises:
        DTypeError: it is something else.

    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from tinyconv import MaxPool2d, inspection
    >>> images = np.random.default_rng(0).random((12, 1, 4, 4))
    >>> display = top_patches(inspection.top_patches(MaxPool2d(2), images, "MaxPool2d", 0, progress=False))
    >>> len(display.axes_), display.caption
    (18, 'MaxPool2d · filter 0 · the 9 patches that excite it most')
    >>> plt.close(display.figure_)
    """
    return TopPatchesDisplay(checked("top_patches", "result", result, TopPatches)).plot(ax)
