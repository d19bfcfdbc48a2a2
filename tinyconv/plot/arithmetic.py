"""Convolution arithmetic: how a window slides, for any kernel, stride, padding and dilation.

The numbers are the engine's. Pictures of this kind: Dumoulin & Visin, "A guide to convolution arithmetic for
deep learning" (2016).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from tinyconv.functional import conv2d_forward
from tinyconv.geometry import Axis, Window
from tinyconv.layers import Conv2d, Layer
from tinyconv.plot.board import draw_board, painted
from tinyconv.plot.display import Display, checked
from tinyconv.plot.maps import numbers
from tinyconv.plot.sheet import MARGIN, Sheet
from tinyconv.plot.style import CELL, CELL_INK, CELL_UNREAD, FAINT, PAPER, ink_on, object_colour
from tinyconv.plot.written import decimals, put, text_of
from tinyconv.shapes import Array, Pair, ShapeError, integer, same_shape

ROOM, GAP, MOST = 8.76, 0.35, 0.34  # inches: for all steps; between two; and the side of a cell at most
NARROWEST, HEAD, BETWEEN, LINE = 5.2, 0.65, 0.2, 0.15  # inches: a sheet; its titles; input to output; a line
SMALLEST = 0.1  # inches: cells below this side stay blank
WRITTEN = 9  # the most products that are written out


@dataclass(eq=False, repr=False)
class ArithmeticDisplay(Display):
    """The input x (H, W), the kernel (None for a pool), the output y (OH, OW), and the `cells` to look at."""

    x: Array
    weight: Array | None
    y: Array
    window: Window
    cells: list[Pair]

    @property
    def caption(self) -> str:
        """The geometry: kernel, stride, padding, dilation, and both sizes."""
        (KH, KW), (H, W), (OH, OW) = self.window.kernel_size, self.x.shape, self.y.shape
        dilation = f"dilation {_both(self.window.dilation)}"
        what = f"{KH}×{KW} {'window' if self.weight is None else 'kernel'}"
        geometry = f"stride {_both(self.window.stride)} · padding {_padding(self.window)} · {dilation}"
        return f"{what} · {geometry} · {H}×{W} → {OH}×{OW}"

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw a column for each cell: the input with the taps that it reads, and below it the output."""
        rows, cols = self._reach()
        broadest = max(len(cols), self.y.shape[1])
        side = min(MOST, ((ROOM + GAP) / max(2, len(self.cells)) - GAP) / broadest)
        step, height = side * broadest + GAP, side * len(rows)
        bottom = HEAD + height + BETWEEN + side * len(self.y)
        width = max(NARROWEST, 2 * MARGIN + len(self.cells) * step - GAP)
        sheet = Sheet(width, bottom + LINE * (self._lines() + 1) + MARGIN, ax)
        self._write_head(sheet)
        axes = []
        for number, cell in enumerate(self.cells):
            left, colour = MARGIN + number * step, object_colour(number)
            above = sheet.axes(left, HEAD, side * len(cols), height)
            below = sheet.axes(left, HEAD + height + BETWEEN, side * self.y.shape[1], side * self.y.shape[0])
            self._draw_input(above, cell, colour, side)
            self._draw_output(below, cell, colour, side)
            sheet.write(left, bottom + LINE, self._sum(cell), 7, color=FAINT, linespacing=1.25)
            axes += [above, below]
        return self._drawn(axes, sheet)

    def _axes(self) -> list[tuple[Axis, int, int]]:
        """Return each axis of the window with the sizes of input and output."""
        return list(zip(self.window[:2], self.x.shape, self.y.shape, strict=True))

    def _reach(self) -> list[range]:
        """Return all rows and columns that there are, padding included."""
        return [
            range(-axis.before, max(H + axis.after, axis.taps(OH - 1)[-1] + 1))
            for axis, H, OH in self._axes()
        ]

    def _read(self) -> Array:
        """Return (H, W) bool: the pixels that some window reads."""
        rows, cols = (
            np.isin(range(H), [tap for cell in range(OH) for tap in axis.taps(cell)])
            for axis, H, OH in self._axes()
        )
        return rows[:, None] & cols

    def _taps(self, cell: Pair) -> dict[Pair, Pair]:
        """Return the tap of the kernel that lies on each pixel that an output cell reads."""
        rows, cols = (axis.taps(place) for axis, place in zip(self.window[:2], cell, strict=True))
        return {(row, col): (i, j) for (i, row), (j, col) in product(enumerate(rows), enumerate(cols))}

    def _value(self, row: int, col: int) -> str:
        """Return what is written at a place of the input: nothing in the padding of a pool."""
        H, W = self.x.shape
        if 0 <= row < H and 0 <= col < W:
            return text_of(self.x[row, col], decimals(self.x))
        return "" if self.weight is None else "0"

    def _draw_input(self, ax: Axes, cell: Pair, colour: str, side: float) -> None:
        (rows, cols), taps, (H, W) = self._reach(), self._taps(cell), self.x.shape
        top, left = rows[0], cols[0]
        faces = painted((len(rows), len(cols)), PAPER)
        faces[-top : H - top, -left : W - left] = to_rgba(CELL)
        inks = np.full((len(rows), len(cols)), PAPER, object)
        inks[-top : H - top, -left : W - left] = np.where(self._read(), CELL_INK, CELL_UNREAD)
        for row, col in taps:
            faces[row - top, col - left] = to_rgba(colour)
            inks[row - top, col - left] = ink_on(colour)
        draw_board(ax, faces, left, top)
        ax.add_patch(Rectangle((0, 0), W, H, fill=False, edgecolor=CELL_INK, linewidth=0.9, zorder=3))
        for row, col in product(rows, cols) if side >= SMALLEST else ():
            ink = inks[row - top, col - left]
            put(ax, row, col, self._value(row, col), 30 * side, ink)
            if self.weight is not None and (row, col) in taps:
                weight = text_of(self.weight[taps[row, col]], decimals(self.weight))
                put(ax, row + 0.31, col + 0.45, weight, 19 * side, ink, ha="right")

    def _draw_output(self, ax: Axes, cell: Pair, colour: str, side: float) -> None:
        faces = painted(self.y.shape, CELL)
        faces[cell] = to_rgba(colour)
        draw_board(ax, faces)
        for (row, col), value in np.ndenumerate(self.y) if side >= SMALLEST else ():
            ink = ink_on(colour) if (row, col) == cell else CELL_UNREAD
            put(ax, row, col, text_of(value, decimals(self.y)), 30 * side, ink)

    def _lines(self) -> int:
        """Return how many lines the sum of one cell has."""
        return 0 if self.weight is None or self.weight.size > WRITTEN else len(self.weight) + 1

    def _sum(self, cell: Pair) -> str:
        """Return the sum of one cell, a line for each row of the kernel."""
        if self.weight is None or not self._lines():
            return ""
        lines: list[list[str]] = [[] for _ in self.weight]
        for (row, col), tap in self._taps(cell).items():
            weight = text_of(self.weight[tap], decimals(self.weight))
            factor = f"({weight})" if self.weight[tap] < 0 else weight
            lines[tap[0]].append(f"{self._value(row, col)}·{factor}")
        return (
            " +\n".join(" + ".join(line) for line in lines) + f"\n= {text_of(self.y[cell], decimals(self.y))}"
        )

    def _write_head(self, sheet: Sheet) -> None:
        sheet.write(MARGIN, MARGIN, self.caption)
        formulas = [_formula(*each, self.window.ceil_mode) for each in self._axes()]
        sheet.write(MARGIN, MARGIN + 0.21, f"rows {formulas[0]}     columns {formulas[1]}", 8, color=FAINT)


def arithmetic(
    layer: Layer | Window,
    H: int,
    W: int,
    ax: Axes | None = None,
    *,
    cells: Sequence[Pair] | None = None,
    x: Any = None,
    weight: Any = None,
) -> ArithmeticDisplay:
    """Draw how the window of a layer slides over an H×W image, with numbers that the engine computes.

    Each column shows one output cell: above, the input with the taps that the cell reads, each with its
    weight at the lower right; below, the output. Padding lies around the framed image; a pixel that no window
    reads is pale. The layer's own weights play no part: x and weight are small whole numbers that one can
    check by hand.

    Args:
        layer: a convolution or a pool; or a `Window`, which is taken for a convolution's.
        H: rows of the image.
        W: columns of the image.
        ax: matplotlib axes, the area that the steps fit themselves into; None: a new figure.
        cells: which output cells, (row, column); None: the first two of the first row, the first of the
            second, and the last.
        x: (H, W) numbers; None: some from 0 to 4.
        weight: (KH, KW) numbers; None: some from −1 to 2.

    Raises:
        ShapeError, DTypeError: no window fits, an array or a cell does not, or the layer has no window.

    >>> import matplotlib.pyplot as plt
    >>> display = arithmetic(Conv2d(1, 1, 3, stride=2, padding=((1, 0), (1, 0))), 4, 4)
    >>> display.caption
    '3×3 kernel · stride 2 · padding 1 top, 0 bottom, 1 left, 0 right · dilation 1 · 4×4 → 2×2'
    >>> display.cells
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    >>> plt.close(display.figure_)
    """
    H, W = (integer("arithmetic", name, size, minimum=1) for name, size in (("H", H), ("W", W)))
    window = _window(layer)
    OH, OW = window.output_size("arithmetic", H, W)
    rng = np.random.default_rng(0)
    x = _given("x", x, (H, W), rng.integers(0, 5, (H, W)))
    if isinstance(layer, Window | Conv2d):
        shape = window.kernel_size
        kernel = _given("weight", weight, shape, rng.integers(-1, 3, shape))
        geometry = window.stride, window.padding, window.dilation
        y = conv2d_forward(x[None, None], kernel[None, None], None, *geometry)[0][0, 0]
    else:
        kernel, y = None, layer(x[None, None])[0][0, 0]
    chosen = dict.fromkeys([(0, 0), (0, min(1, OW - 1)), (min(1, OH - 1), 0), (OH - 1, OW - 1)])
    places = list(chosen) if cells is None else [_checked_cell(cell, OH, OW) for cell in cells]
    return ArithmeticDisplay(x, kernel, y, window, places).plot(ax)


def _window(layer: Any) -> Window:
    if isinstance(checked("arithmetic", "layer", layer, Layer, Window), Window):
        return layer
    if layer.window is None:
        raise ShapeError(f"arithmetic: layer (={layer!r}) must have a window: be a convolution or a pool")
    return layer.window


def _given(argument: str, value: Any, shape: Pair, default: Array) -> Array:
    array = default if value is None else numbers("arithmetic", argument, value)
    same_shape("arithmetic", argument, array, shape, "one number per cell")
    return array.astype(np.float64)


def _checked_cell(cell: Any, OH: int, OW: int) -> Pair:
    row, col = cell
    for name, value, size in (("row", row, OH), ("col", col, OW)):
        if integer("arithmetic", name, value, minimum=0) >= size:
            raise ShapeError(f"arithmetic: {name} (={value}) must be below the output's {size}")
    return int(row), int(col)


def _both(numbers: Pair) -> str:
    return str(numbers[0]) if numbers[0] == numbers[1] else f"{numbers[0]}×{numbers[1]}"


def _padding(window: Window) -> str:
    (top, bottom), (left, right) = window.padding
    if top == bottom == left == right:
        return str(top)
    return f"{top} top, {bottom} bottom, {left} left, {right} right"


def _formula(axis: Axis, size: int, output: int, ceil_mode: bool) -> str:
    """Return the output's size as one computes it: "⌊(5 + 1 + 1 − 3) / 2⌋ + 1 = 3"."""
    low, high = "⌈⌉" if ceil_mode else "⌊⌋"
    return (
        f"{low}({size} + {axis.before} + {axis.after} − {axis.extent}) / {axis.stride}{high} + 1 = {output}"
    )
