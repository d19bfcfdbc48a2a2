"""What one activation looks at: deconvnet, saliency and guided backpropagation beside the image."""

from dataclasses import dataclass
from typing import Self

from matplotlib.axes import Axes

from tinyconv.inspection import Attribution
from tinyconv.plot.display import Display, checked
from tinyconv.plot.maps import draw_image, draw_signed, frame
from tinyconv.plot.sheet import GAP, MARGIN, NARROWEST, Sheet, tile_width
from tinyconv.plot.style import object_colour
from tinyconv.shapes import ShapeError

ROOM, HEAD = 8.76, 0.72  # inches: for the tiles of a row; above them
SMALL = 0.4  # what a cell sees is enlarged where it spans at most this share of the image's sides


@dataclass(eq=False, repr=False)
class AttributionDisplay(Display):
    """What came down from activations on one image, by one method or several."""

    results: tuple[Attribution, ...]

    @property
    def caption(self) -> str:
        """Which activation was sent down, and how strong it is."""
        return " | ".join(dict.fromkeys(_subject(result) for result in self.results))

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the image and each picture, framed where the cell sees; below, that part enlarged."""
        _, H, W = self.results[0].x.shape
        columns = 1 + len(self.results)
        width = tile_width(columns, H / W, ROOM)
        height, enlarged = width * H / W, all(_is_small(result) for result in self.results)
        total = max(2 * MARGIN + columns * (width + GAP) - GAP, NARROWEST)
        sheet = Sheet(total, HEAD + (1 + enlarged) * (height + GAP) - GAP + MARGIN, ax)
        sheet.write(MARGIN, MARGIN, self.caption)
        axes = self._draw_row(sheet, HEAD, width, height)
        for place, name in enumerate(["image", *(result.method for result in self.results)]):
            sheet.head(MARGIN + place * (width + GAP), HEAD, name.replace("_", " "))
        for tile, result in zip(axes, self._framed(), strict=True):
            if result.position is not None:
                frame(tile, result.xyxy, object_colour(0))
        if enlarged:
            below = self._draw_row(sheet, HEAD + height + GAP, width, height)
            for tile, result in zip(below, self._framed(), strict=True):
                x1, y1, x2, y2 = result.xyxy
                tile.set(xlim=(x1, x2), ylim=(y2, y1))
            axes += below
        return self._drawn(axes, sheet)

    def _framed(self) -> list[Attribution]:
        """Return the result whose cell each tile frames: on the image, that of the first."""
        return [self.results[0], *self.results]

    def _draw_row(self, sheet: Sheet, top: float, width: float, height: float) -> list[Axes]:
        places = [MARGIN + column * (width + GAP) for column in range(1 + len(self.results))]
        axes = [sheet.axes(left, top, width, height) for left in places]
        draw_image(axes[0], self.results[0].x)
        for tile, result in zip(axes[1:], self.results, strict=True):
            draw_signed(tile, result.picture)
        return axes


def attribution(*results: Attribution, ax: Axes | None = None) -> AttributionDisplay:
    """Draw what came down from an activation beside its image, with the frame of what its cell sees.

    In a picture of RGB mid-grey is 0; in any other white is, and red is positive. Each picture has its own
    scale. Where the cell sees a small part of the image, this part is drawn enlarged below.

    Args:
        results: what `inspection.deconvnet`, `saliency` or `guided_backprop` returned for one image.
        ax: matplotlib axes, the area that the pictures fit themselves into; None: a new figure.

    Raises:
        ShapeError, DTypeError: there is no result, it is something else, or images differ in size.

    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from tinyconv import MaxPool2d, inspection
    >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> display = attribution(inspection.deconvnet(MaxPool2d(2), x, "MaxPool2d", 0))
    >>> display.caption
    'MaxPool2d · filter 0 · cell (1, 1) · activation 15'
    >>> plt.close(display.figure_)
    """
    for result in results:
        checked("attribution", "result", result, Attribution)
    shapes = {result.x.shape for result in results}
    if len(shapes) != 1:
        raise ShapeError(f"attribution: results (of images {sorted(shapes)}) must be of one image")
    return AttributionDisplay(results).plot(ax)


def _subject(result: Attribution) -> str:
    cell = "" if result.position is None else f" · cell {tuple(map(int, result.position))}"
    return f"{result.layer} · filter {result.filter}{cell} · activation {result.activation:.3g}"


def _is_small(result: Attribution) -> bool:
    (_, H, W), (x1, y1, x2, y2) = result.x.shape, result.xyxy
    return 0 < x2 - x1 <= SMALL * W and 0 < y2 - y1 <= SMALL * H
