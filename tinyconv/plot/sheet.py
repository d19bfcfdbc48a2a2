"""Sheets of small maps, laid out in inches: rows and columns of axes under a title."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tinyconv.plot.display import new_figure
from tinyconv.plot.style import TEXT

MARGIN, HEAD = 0.12, 0.5  # inches: around the sheet; and for the title and the captions of the first row
GAP, LINE = 0.08, 0.22  # inches: between two columns, and two rows with a caption
NARROWEST = 4.0  # inches: room for the title


def axes_at(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Return new axes at a place in inches, from the figure's top left corner."""
    W, H = figure.get_size_inches()
    return figure.add_axes((left / W, 1 - (top + height) / H, width / W, height / H))


def tile_width(columns: int, aspect: float, room: float = 8.4, most: float = 2.8) -> float:
    """Return the width of a tile, in inches, of which `columns` fit; `aspect` is its height by its width."""
    return min((room - (columns - 1) * GAP) / columns, most, most / aspect)


def sheet(
    tiles: int,
    columns: int,
    size: tuple[float, float],
    title: str,
    left: float = MARGIN,
    right: float = MARGIN,
) -> tuple[Figure, list[Axes]]:
    """Return a new figure with its title, and axes for `tiles` of `size` (width, height), row by row."""
    (width, height), rows = size, -(-tiles // columns)
    W = left + columns * (width + GAP) - GAP + right
    H = HEAD + rows * (height + LINE) - LINE + MARGIN
    figure = new_figure(max(NARROWEST, W), H)
    figure.text(left / max(NARROWEST, W), 1 - MARGIN / H, title, fontsize=9, color=TEXT, va="top")
    places = (divmod(tile, columns) for tile in range(tiles))
    return figure, [
        axes_at(figure, left + column * (width + GAP), HEAD + row * (height + LINE), width, height)
        for row, column in places
    ]
