"""One layer's sizes: how its window slides over an image (PyTorch's arithmetic, floor and ceil)."""

from functools import lru_cache
from typing import Any, NamedTuple

from tinyconv.shapes import Pair, ShapeError, pair


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

    def output_size(self, size: Any, ceil_mode: bool = False) -> Any:
        """Return how many places the window takes over `size` pixels (PyTorch's formula; < 1: none fits)."""
        room = size + (self.before + self.after - self.extent)
        steps = (room + (self.stride - 1 if ceil_mode else 0)) // self.stride
        may_overrun = ceil_mode and self.after + self.stride > self.extent
        if may_overrun and steps * self.stride >= size + self.before:
            steps -= 1  # a window may not start in the padding behind the last pixel
        return steps + 1

    def taps(self, cell: int) -> range:
        """Return the pixels on which the taps of an output cell lie; below 0 and behind the last is padding.

        >>> list(Axis(kernel=3, stride=2, before=1, dilation=2).taps(1))
        [1, 3, 5]
        """
        first = cell * self.stride - self.before
        return range(first, first + self.extent, self.dilation)


class Window(NamedTuple):
    """The one fact that a layer states about space: how its window slides along both axes.

    >>> Window.of("conv2d", kernel_size=3, padding="same").padding
    ((1, 1), (1, 1))
    """

    rows: Axis = Axis()
    cols: Axis = Axis()
    ceil_mode: bool = False

    @staticmethod
    def of(
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
        return _window(kernels, strides, paddings, dilations, bool(ceil_mode))

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

    def places(self, H: Any, W: Any) -> tuple[Any, Any]:
        """Return (OH, OW) for an H×W image, whose sizes may be letters; below 1 where no window fits."""
        return self.rows.output_size(H, self.ceil_mode), self.cols.output_size(W, self.ceil_mode)

    def output_size(self, function: str, H: int, W: int) -> Pair:
        """Return (OH, OW) for an H×W image, or raise a `ShapeError` when no window fits."""
        OH, OW = self.places(H, W)
        if min(OH, OW, H, W) < 1:
            letter, size, axis = ("H", H, self.rows) if min(OH, H) < 1 else ("W", W, self.cols)
            raise ShapeError(
                f"{function}: kernel_size (={axis.kernel}) with dilation {axis.dilation} spans "
                f"{axis.extent} pixels and must fit into the padded image: "
                f"{letter} = {size}, padding {axis.before} + {axis.after}"
            )
        return OH, OW


@lru_cache(maxsize=1024)
def _window(
    kernels: Pair, strides: Pair, paddings: tuple[Pair, Pair], dilations: Pair, ceil_mode: bool
) -> Window:
    """Return the window for what is checked: kept, as a layer asks for the same one at every call."""
    rows, cols = (
        Axis(kernel, stride, *padding, dilation)
        for kernel, stride, padding, dilation in zip(kernels, strides, paddings, dilations, strict=True)
    )
    return Window(rows, cols, ceil_mode)


def _paddings(
    function: str, padding: Any, kernels: Pair, strides: Pair, dilations: Pair
) -> tuple[Pair, Pair]:
    """Return ((top, bottom), (left, right)) for every way of writing a padding."""
    if isinstance(padding, str):
        return _named_padding(function, padding, kernels, strides, dilations)
    if isinstance(padding, (tuple, list)) and any(isinstance(side, (tuple, list)) for side in padding):
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
