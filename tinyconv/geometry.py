"""Where things are: one layer's sizes (`Window`), and many layers composed (`View`).

One convention, stated once: **edge coordinates**. Pixel i covers [i, i+1) and its centre is i + 0.5; the
origin is the top left corner. Every size and every coordinate formula of the package lives in this file.

The composition is the receptive-field arithmetic of Araujo, Norris & Sim, "Computing Receptive Fields of
Convolutional Neural Networks" (Distill, 2019), with its start offset kept exact for any dilation.
"""

from typing import Any, NamedTuple

import numpy as np

from tinyconv.shapes import Array, Pair, ShapeError, integer, pair


class Axis(NamedTuple):
    """One axis of a window: `kernel` taps, `dilation` apart, slide by `stride` over a padded line.

    >>> Axis(kernel=3, stride=2, before=1, after=1).output_size(8)
    4
    """

    kernel: int = 1
    stride: int = 1
    before: int = 0  # padding at the top or left
    after: int = 0  # padding at the bottom or right
    dilation: int = 1

    @property
    def extent(self) -> int:
        """How many pixels lie between the first tap and the last, both included."""
        return self.dilation * (self.kernel - 1) + 1

    def output_size(self, size: int, ceil_mode: bool = False) -> int:
        """Return how many steps the window makes over `size` pixels (PyTorch's formula; < 1: none fits)."""
        room = size + self.before + self.after - self.extent
        steps = (room + (self.stride - 1 if ceil_mode else 0)) // self.stride
        if ceil_mode and steps * self.stride >= size + self.before:
            steps -= 1  # a window may not start in the padding behind the last pixel
        return steps + 1


class Window(NamedTuple):
    """The one fact that a layer states about space: how its window slides along both axes.

    >>> Window.of("conv2d", kernel_size=3, padding="same").padding
    ((1, 1), (1, 1))
    """

    rows: Axis = Axis()
    cols: Axis = Axis()
    ceil_mode: bool = False

    @classmethod
    def of(
        cls,
        function: str,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
    ) -> "Window":
        """Check the arguments of the layer `function` and build its window."""
        kernels = pair(function, "kernel_size", kernel_size, minimum=1)
        strides = pair(function, "stride", stride, minimum=1)
        dilations = pair(function, "dilation", dilation, minimum=1)
        paddings = _paddings(function, padding, kernels, strides, dilations)
        rows, cols = (
            Axis(k, s, before, after, d)
            for k, s, (before, after), d in zip(kernels, strides, paddings, dilations, strict=True)
        )
        return cls(rows, cols, bool(ceil_mode))

    @property
    def kernel_size(self) -> Pair:
        """(KH, KW)."""
        return self.rows.kernel, self.cols.kernel

    @property
    def stride(self) -> Pair:
        """(SH, SW)."""
        return self.rows.stride, self.cols.stride

    @property
    def dilation(self) -> Pair:
        """(DH, DW)."""
        return self.rows.dilation, self.cols.dilation

    @property
    def padding(self) -> tuple[Pair, Pair]:
        """((top, bottom), (left, right))."""
        return (self.rows.before, self.rows.after), (self.cols.before, self.cols.after)

    def output_size(self, function: str, H: int, W: int) -> Pair:
        """Return (OH, OW) for an H×W image, or raise a `ShapeError` when no window fits."""
        OH = self.rows.output_size(H, self.ceil_mode)
        OW = self.cols.output_size(W, self.ceil_mode)
        for letter, size, axis, steps in (("H", H, self.rows, OH), ("W", W, self.cols, OW)):
            if steps < 1 or size < 1:
                raise ShapeError(
                    f"{function}: kernel_size (={axis.kernel}) with dilation {axis.dilation} spans "
                    f"{axis.extent} pixels and must fit into the padded image: "
                    f"{letter} = {size}, padding {axis.before} + {axis.after}"
                )
        return OH, OW


def _paddings(
    function: str, padding: Any, kernels: Pair, strides: Pair, dilations: Pair
) -> tuple[Pair, Pair]:
    """Return ((top, bottom), (left, right)) for every way of writing a padding."""
    if isinstance(padding, str):
        return _named_padding(function, padding, kernels, strides, dilations)
    if isinstance(padding, tuple | list) and any(isinstance(side, tuple | list) for side in padding):
        if len(padding) != 2:
            raise ShapeError(f"{function}: padding (={padding!r}) must be ((top, bottom), (left, right))")
        return pair(function, "padding", padding[0], 0), pair(function, "padding", padding[1], 0)
    rows, cols = pair(function, "padding", padding, 0)
    return (rows, rows), (cols, cols)


def _named_padding(
    function: str, name: str, kernels: Pair, strides: Pair, dilations: Pair
) -> tuple[Pair, Pair]:
    if name == "valid":
        return (0, 0), (0, 0)
    if name != "same":
        raise ShapeError(
            f'{function}: padding (={name!r}) must be an int, a pair, "same", "valid" '
            f"or ((top, bottom), (left, right))"
        )
    if strides != (1, 1):
        raise ShapeError(f'{function}: padding (="same") needs stride 1, got stride (={strides})')
    totals = [d * (k - 1) for k, d in zip(kernels, dilations, strict=True)]
    rows, cols = ((total // 2, total - total // 2) for total in totals)  # PyTorch: the odd one goes last
    return rows, cols


class Line(NamedTuple):
    """One axis of a `View`: cell o sees the pixels [o·jump − offset, o·jump − offset + reach).

    At the image itself jump = reach = 1 and offset = 0: a cell is a pixel.
    """

    canvas: int  # pixels of the image
    cells: int  # cells of the map
    jump: int = 1
    reach: int = 1
    offset: int = 0

    def through(self, axis: Axis, cells: int) -> "Line":
        """Return the line as it is behind one more window whose output has `cells` cells."""
        return Line(
            self.canvas,
            cells,
            self.jump * axis.stride,
            self.reach + (axis.extent - 1) * self.jump,
            self.offset + axis.before * self.jump,
        )

    @property
    def start(self) -> float:
        """The centre of cell 0, in pixels."""
        return self.reach / 2 - self.offset

    def to_map(self, pixels: Any) -> Any:
        """Return where the image coordinate lands on the map; the centre of cell o is o + 0.5."""
        return (pixels - self.start) / self.jump + 0.5

    def to_image(self, cells: Any) -> Any:
        """Return the image coordinate of a map coordinate: the inverse of `to_map`."""
        return (cells - 0.5) * self.jump + self.start

    def sees(self, cell: Any) -> tuple[Any, Any]:
        """Return the pixels [low, high) that a cell sees on the canvas (empty: padding only)."""
        low = np.clip(cell * self.jump - self.offset, 0, self.canvas)
        return low, np.clip(cell * self.jump - self.offset + self.reach, low, self.canvas)

    def touch(self, low: Any, high: Any) -> tuple[Array, Array]:
        """Return the cells [first, stop) that see any of the pixels [low, high)."""
        first = np.floor((low + self.offset - self.reach) / self.jump) + 1
        return self._on_map(first, np.ceil((high + self.offset) / self.jump))

    def inside(self, low: Any, high: Any) -> tuple[Array, Array]:
        """Return the cells [first, stop) that see nothing but the pixels [low, high)."""
        first = np.ceil((low + self.offset) / self.jump)
        return self._on_map(first, np.floor((high + self.offset - self.reach) / self.jump) + 1)

    def center(self, low: Any, high: Any) -> tuple[Array, Array]:
        """Return the cells [first, stop) whose centre lies in [low, high)."""
        return self._on_map(np.ceil(self.to_map(low) - 0.5), np.ceil(self.to_map(high) - 0.5))

    def _on_map(self, first: Any, stop: Any) -> tuple[Array, Array]:
        first = np.clip(first, 0, self.cells).astype(np.int64)
        return first, np.clip(stop, first, self.cells).astype(np.int64)


class View(NamedTuple):
    """How the cells of a map look at the image: the windows passed so far, composed.

    Carrying costs O(1) per layer and is exact: every number in it is an int.

    >>> view = View.of_image(8, 8).through(Window.of("conv2d", 3, padding=1), 8, 8)
    >>> view.where(0, 7)
    (6, 0, 8, 2)
    """

    rows: Line
    cols: Line

    @classmethod
    def of_image(cls, H: int, W: int) -> "View":
        """Return the view of the image itself."""
        return cls(Line(H, H), Line(W, W))

    def through(self, window: Window, OH: int, OW: int) -> "View":
        """Return the view behind one more layer whose output map is OH×OW."""
        return View(self.rows.through(window.rows, OH), self.cols.through(window.cols, OW))

    @property
    def size(self) -> Pair:
        """(OH, OW): the map's rows and columns."""
        return self.rows.cells, self.cols.cells

    @property
    def canvas(self) -> Pair:
        """(H, W): the image's rows and columns."""
        return self.rows.canvas, self.cols.canvas

    def where(self, row: int, col: int) -> tuple[int, int, int, int]:
        """Return (x1, y1, x2, y2): the pixels that a cell sees, clipped to the canvas."""
        for argument, value, line in (("row", row, self.rows), ("col", col, self.cols)):
            if integer("where", argument, value, minimum=0) >= line.cells:
                raise ShapeError(f"where: {argument} (={value}) must be below the map's {line.cells}")
        (y1, y2), (x1, x2) = self.rows.sees(row), self.cols.sees(col)
        return int(x1), int(y1), int(x2), int(y2)
