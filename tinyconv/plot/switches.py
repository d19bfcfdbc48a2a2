"""Switches: which pixel won each window of a max-pool, as arrows from the winners to the output."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from tinyconv.geometry import View
from tinyconv.layers import MaxPool2d
from tinyconv.plot.display import Display, checked
from tinyconv.plot.halo import halo
from tinyconv.plot.maps import one_image
from tinyconv.plot.sheet import MARGIN, Sheet
from tinyconv.plot.style import FAINT, FRAME, Scale, ink_on, object_colour
from tinyconv.plot.written import decimals, text_of
from tinyconv.shapes import Array, ShapeError, integer

SLANT, DEPTH = 0.5, 0.5  # of the floor on which a map lies: the shift of a row to the right, and its height
WIDTH, GAP, HEAD = 6.6, 0.55, 0.62  # inches: the picture; between the two floors; the title
ROOMY = 0.32  # inches: the width of a pixel that has room for its number
CROWD = 64  # windows above which arrows are thin


@dataclass(eq=False, repr=False)
class SwitchesDisplay(Display):
    """The input x (H, W), the output y (OH, OW), each window's winner (OH, OW), and how y looks at x."""

    x: Array
    y: Array
    winners: Array  # h·W + w; −1 where a window holds no pixel
    view: View
    channel: int

    @property
    def caption(self) -> str:
        """The channel, and both sizes."""
        (H, W), (OH, OW) = self.x.shape, self.y.shape
        return f"max-pool · channel {self.channel} · {H}×{W} → {OH}×{OW} · the pixel that wins each window"

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the input, the output beneath it with each cell under its window, and an arrow per winner."""
        x, y = _lattice(np.arange(self.x.shape[1] + 1), np.arange(self.x.shape[0] + 1)), self._output()
        left, right = min(x[..., 0].min(), y[..., 0].min()), max(x[..., 0].max(), y[..., 0].max())
        side = (WIDTH - 2 * MARGIN) / (right - left)  # inches: of a pixel
        drop = x[..., 1].max() - y[..., 1].min() + GAP / side
        y = y + np.array([0, drop])
        top, bottom = x[..., 1].min(), y[..., 1].max()
        sheet = Sheet(WIDTH, HEAD + (bottom - top) * side + MARGIN, ax)
        sheet.write(MARGIN, MARGIN, self.caption)
        board = sheet.axes(MARGIN, HEAD, WIDTH - 2 * MARGIN, (bottom - top) * side)
        for name, cells, corners in (("input", self.x, x), ("output", self.y, y)):
            self._draw_floor(board, cells, corners, side)
            board.text(left, corners[..., 1].min(), name, fontsize=8, color=FAINT, va="top")
        self._draw_arrows(board, y)
        board.set(xlim=(left, right), ylim=(bottom, top))
        board.set_axis_off()
        return self._drawn([board], sheet)

    def _output(self) -> Array:
        """Return the corners of the output's cells, each as large as the stride and under its window."""
        rows, cols = self.view
        OH, OW = self.y.shape
        return _lattice(cols.to_image(np.arange(OW + 1)), rows.to_image(np.arange(OH + 1)))

    def _draw_floor(self, ax: Axes, cells: Array, corners: Array, side: float) -> None:
        """Draw a map (H, W) whose cells have the `corners` (H + 1, W + 1, 2)."""
        round_each = corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]
        tiles = np.stack(round_each, axis=2)  # (H, W, 4, 2)
        colours = Scale.of(self.x).colours(cells)  # (H, W, 4)
        ax.add_collection(
            PolyCollection(
                list(tiles.reshape(-1, 4, 2)),
                facecolors=colours.reshape(-1, 4),
                edgecolors=FRAME,
                linewidths=0.3,
            )
        )
        if side >= ROOMY:
            for (row, col), value in np.ndenumerate(cells):
                x, y = tiles[row, col].mean(axis=0)
                text, ink = text_of(value, decimals(self.x)), ink_on(colours[row, col])
                ax.text(x, y, text, fontsize=7, color=ink, ha="center", va="center", zorder=4)

    def _draw_arrows(self, ax: Axes, corners: Array) -> None:
        """Frame each winner, and draw an arrow from it to its cell, in a colour of its own."""
        crowd, W = self.winners.size > CROWD, self.x.shape[1]
        pen, dark = (0.5, 0.0) if crowd else (1.3, 1.0)
        for number, ((row, col), winner) in enumerate(np.ndenumerate(self.winners)):
            if winner < 0:
                continue
            (h, w), colour = divmod(int(winner), W), object_colour(number)
            tile = _lattice(np.array([w, w + 1]), np.array([h, h + 1]))  # (2, 2, 2)
            style: dict[str, Any] = {
                "edgecolor": colour,
                "linewidth": pen,
                "path_effects": halo(pen, dark),
                "zorder": 3,
            }
            ring = tile[[0, 0, 1, 1], [0, 1, 1, 0]]  # (4, 2)
            ax.add_collection(PolyCollection([ring], facecolors="none", **style))
            cell = corners[row : row + 2, col : col + 2].mean(axis=1)  # (2, 2): the middles of two sides
            arrow = {"arrowstyle": "-|>", "mutation_scale": 6 + 3 * pen, "facecolor": colour, **style}
            end = 0.68 * cell[0] + 0.32 * cell[1]  # short of the number in the middle
            ax.annotate("", end, tile[1].mean(axis=0), arrowprops={"shrinkA": 0, "shrinkB": 0, **arrow})


def _lattice(x: Array, y: Array) -> Array:
    """Return the points at all x (W,) and y (H,) of a slanted floor, (H, W, 2)."""
    x, y = np.meshgrid(x, y)
    return np.stack([x - SLANT * y, DEPTH * y], axis=-1)


def switches(
    pool: MaxPool2d, x: Any, ax: Axes | None = None, *, image: int = 0, channel: int = 0
) -> SwitchesDisplay:
    """Draw which pixel wins each window of a max-pool, as an arrow from the pixel to its output cell.

    Only these pixels get a gradient on the way back, and only into them does a deconvnet unpool. A map of 8×8
    shows its numbers; of a large one, draw a part: ``x[..., :8, :8]``.

    Args:
        pool: a max-pool layer.
        x: (N, C, H, W), (C, H, W) or (H, W).
        ax: matplotlib axes, the area that the maps fit themselves into; None: a new figure.
        image: which image of the batch.
        channel: which map.

    Raises:
        ShapeError, DTypeError: x does not fit the layer, or there is no such image or channel.

    >>> import matplotlib.pyplot as plt
    >>> display = switches(MaxPool2d(2), np.array([[1.0, 3.0], [2.0, 0.0]]))
    >>> display.y, display.winners
    (array([[3.]]), array([[1]]))
    >>> plt.close(display.figure_)
    """
    checked("switches", "pool", pool, MaxPool2d)
    maps, _ = one_image("switches", x, None, image, "x")
    if integer("switches", "channel", channel, minimum=0) >= len(maps):
        raise ShapeError(f"switches: channel (={channel}) must be below C = {len(maps)}")
    y, _, cache = pool.forward(maps[None], training=False)
    view = View.of_image(*maps.shape[1:]).through(pool.window, *y.shape[2:])
    return SwitchesDisplay(maps[channel], y[0, channel], cache.indices[0, channel], view, channel).plot(ax)
