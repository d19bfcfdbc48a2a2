"""Max-pool and average-pool, both ways."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tinyconv import reference
from tinyconv.check.operations.source import Source
from tinyconv.check.part import Course, Part, paired
from tinyconv.geometry import Window
from tinyconv.shapes import Array, Pair


class Pooling(NamedTuple):
    """The arguments of one call; `dy` is for the way back."""

    x: Array  # (N, C, H, W)
    kernel_size: Pair
    stride: Pair
    padding: Any
    dilation: Pair = (1, 1)
    ceil_mode: bool = False
    dy: Any = None  # (N, C, OH, OW)

    @property
    def window(self) -> Window:
        """How the window slides."""
        return Window.of("pool", self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)

    @property
    def output_size(self) -> Pair:
        """(OH, OW)."""
        return self.window.output_size("pool", *self.x.shape[2:])


def winners(case: Pooling) -> tuple[Array, Array]:
    """Return the largest pixel of every window, and where it stands: h·W + w, the first of equal ones."""
    sides, size = case.window.padding, case.output_size
    return reference.max_pool2d_forward(case.x, case.kernel_size, case.stride, sides, case.dilation, size)


def max_forward(case: Pooling) -> Array:
    """Return y (N, C, OH, OW)."""
    return winners(case)[0]


def max_backward(case: Pooling) -> Array:
    """Return dx (N, C, H, W)."""
    H, W = case.x.shape[2:]
    return reference.max_pool2d_backward(case.dy, winners(case)[1], (H, W))


def mean_forward(case: Pooling, count_include_pad: bool = True) -> Array:
    """Return y (N, C, OH, OW); padding counts as zeros."""
    sides, size = case.window.padding, case.output_size
    return reference.avg_pool2d_forward(case.x, case.kernel_size, case.stride, sides, size, count_include_pad)


def mean_backward(case: Pooling) -> Array:
    """Return dx (N, C, H, W)."""
    H, W = case.x.shape[2:]
    return reference.avg_pool2d_backward(
        case.dy, (H, W), case.kernel_size, case.stride, case.window.padding, count_include_pad=True
    )


def draw_forward(source: Source) -> Pooling:
    """Draw a pool that is possible: each window holds a pixel."""
    kernel, stride = source.pair("kernel_size", 1, 3), source.pair("stride", 1, 3)
    half = min(kernel) // 2
    padding, dilation = source.pair("padding", 0, half), source.pair("dilation", 1, 2)
    ceil_mode = bool(source.whole("ceil_mode", 0, 1))
    H, W = source.under(kernel, (0, 0), dilation)
    x = source.numbers(source.between(1, 2), source.between(1, 2), H, W)
    return Pooling(x, kernel, stride, padding, dilation, ceil_mode)


def draw_backward(source: Source) -> Pooling:
    """Draw a pool and a gradient of its output."""
    case = draw_forward(source)
    return case._replace(dy=source.numbers(*case.x.shape[:2], *case.output_size))


def _course_arguments(named: dict[str, Any]) -> tuple[Any, ...]:
    KH, KW = Window.of("pool", named["kernel_size"]).kernel_size
    return named["x"], {"pool_height": KH, "pool_width": KW, "stride": named["stride"]}


Right = Callable[[Pooling], Array]


def _both_ways(kind: str, extras: tuple[str, ...], there: Right, back: Right) -> tuple[Part, Part]:
    given, options = paired(Pooling), ("kernel_size", "stride")
    first, second = f"{kind}_pool2d_forward", f"{kind}_pool2d_backward"
    names = [(f"{kind}_pool_{way}", f"{kind}_pool_{way}_naive") for way in ("forward", "backward")]
    courses = [Course(both, _course_arguments, options) for both in names]
    return (
        Part(first, given, ("x",), options, extras, ("y",), there, draw_forward, courses[0]),
        Part(second, given, ("dy", "x"), options, extras, ("dx",), back, draw_backward, courses[1], first),
    )


MAX_FORWARD, MAX_BACKWARD = _both_ways(
    "max", ("padding", "dilation", "ceil_mode"), max_forward, max_backward
)
MEAN_FORWARD, MEAN_BACKWARD = _both_ways("avg", ("padding",), mean_forward, mean_backward)
