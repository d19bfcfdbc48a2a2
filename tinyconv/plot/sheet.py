"""Where a Display lays itself out, in inches: a figure of its own, or the caller's axes, used as an area."""

from collections.abc import Iterable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from tinyconv.plot.halo import scale_halo
from tinyconv.plot.style import DPI, FAINT, PAPER, TEXT
from tinyconv.shapes import DTypeError

MARGIN, HEAD = 0.12, 0.5  # inches: around the sheet; and for the title and the captions of the first row
GAP, LINE = 0.08, 0.22  # inches: between two columns, and two rows with a caption
SIZES = "linewidth", "markersize", "markeredgewidth", "mutation_scale", "sizes"  # in points; the last: areas
NARROWEST = 4.0  # inches: room for the title


class Sheet:
    """An area of `width`×`height` inches, with its origin at the top left.

    Without axes it is a new figure of that size. Given axes are the area: the sheet is scaled until it fits
    into them, letters and lines included, and its own axes stand inside of them and move with them.
    """

    def __init__(self, width: float, height: float, ax: Axes | None = None) -> None:
        self.given = _checked(ax)
        self.host: Figure | Axes = self.given or new_figure(width, height)
        self.scale = 1.0  # from inches on the sheet to inches in the caller's axes
        self._size = width, height  # inches: of the whole area, in the sheet's own measure
        self._made: list[Artist] = []
        if self.given is not None:
            box, dpi = self.given.get_window_extent(), self.given.figure.dpi
            self.scale = min(box.width / dpi / width, box.height / dpi / height)
            self._size = box.width / dpi / self.scale, box.height / dpi / self.scale

    def whole(self) -> Axes:
        """Return axes for a Display that needs no more than one: the caller's own, as large as they are."""
        self.scale = 1.0
        if isinstance(self.host, Axes):
            return self.host
        self.host.set_layout_engine("constrained")
        return self.host.subplots()

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return new axes at a place in inches, from the top left corner."""
        W, H = self._size
        bounds = (left / W, 1 - (top + height) / H, width / W, height / H)
        if isinstance(self.host, Figure):
            ax = self.host.add_axes(bounds)
        else:
            self.host.set_axis_off()
            ax = self.host.inset_axes(bounds)
        self._made.append(ax)
        return ax

    def write(self, left: float, top: float, text: str, size: float = 9, **options: Any) -> Text:
        """Write `text`, whose top left corner lies at a place in inches, in `size` points."""
        host = self.host
        W, H = self._size
        options = {"va": "top", "color": TEXT, "fontsize": size, **options}
        where = host.transFigure if isinstance(host, Figure) else host.transAxes
        written = host.text(left / W, 1 - top / H, text, transform=where, **options)
        self._made.append(written)
        return written

    def head(self, left: float, top: float, name: str, details: str = "") -> None:
        """Write the name of a map, and beneath it what is to be said of it, above a place in inches."""
        if details:
            self.write(left, top - 0.05, details, 7, color=FAINT, va="bottom")
        self.write(left, top - (0.19 if details else 0.05), name, 8.5, va="bottom", fontweight="bold")

    def finish(self) -> None:
        """Scale the letters and lines of all that was drawn on the sheet as the sheet itself is scaled."""
        if self.scale != 1:
            for artist in self._made:
                _rescale(artist, self.scale)


def new_figure(width: float, height: float, **options: Any) -> Figure:
    """Return a figure of a size in inches, on paper: see `style.PAPER`."""
    return plt.figure(figsize=(width, height), facecolor=PAPER, dpi=DPI, **options)


def tiles_of(
    tiles: int,
    columns: int,
    size: tuple[float, float],
    title: str,
    ax: Axes | None = None,
    left: float = MARGIN,
    right: float = MARGIN,
) -> tuple[Sheet, list[Axes]]:
    """Return a sheet with its title, and axes for `tiles` of `size` (width, height), row by row."""
    (width, height), rows = size, -(-tiles // columns)
    W = left + columns * (width + GAP) - GAP + right
    H = HEAD + rows * (height + LINE) - LINE + MARGIN
    sheet = Sheet(max(NARROWEST, W), H, ax)
    sheet.write(left, MARGIN, title)
    places = (divmod(tile, columns) for tile in range(tiles))
    return sheet, [
        sheet.axes(left + column * (width + GAP), HEAD + row * (height + LINE), width, height)
        for row, column in places
    ]


def tile_width(columns: int, aspect: float, room: float = 8.0, most: float = 2.8) -> float:
    """Return the width of a tile, in inches, of which `columns` fit; `aspect` is its height by its width."""
    return min((room - (columns - 1) * GAP) / columns, most, most / aspect)


def texts_of(artists: Iterable[Artist]) -> list[Text]:
    """Return every text in `artists`, those of their own axes included."""
    return [text for artist in artists for text in artist.findobj(Text) if isinstance(text, Text)]


def inches_wide(ax: Axes) -> float:
    """Return the width of axes in inches."""
    return float(ax.get_window_extent().width / ax.figure.dpi)


def _rescale(artist: Artist, scale: float) -> None:
    for text in texts_of([artist]):
        text.set_fontsize(float(text.get_fontsize()) * scale)
    arrows = [text.arrow_patch for text in artist.findobj(Annotation) if text.arrow_patch]
    for line in artist.findobj(lambda part: hasattr(part, "set_linewidth")) + arrows:
        scale_halo(line, scale)
        for size in SIZES:
            if hasattr(line, f"get_{size}"):
                points = getattr(line, f"get_{size}")()
                getattr(line, f"set_{size}")(np.asarray(points) * scale ** (1 + (size == "sizes")))
    if isinstance(artist, Axes):
        for axis in (artist.xaxis, artist.yaxis):
            points = {"labelsize": 10.0, "pad": 3.5, "length": 3.5, **axis.get_tick_params()}
            axis.set_tick_params(**{key: points[key] * scale for key in ("labelsize", "pad", "length")})
            axis.labelpad *= scale


def _checked(ax: Any) -> Axes | None:
    if ax is None or isinstance(ax, Axes):
        return ax
    raise DTypeError(f"plot: ax (a {type(ax).__name__}) must be matplotlib axes, or None for a new figure")
