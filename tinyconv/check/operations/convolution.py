"""The convolution, both ways."""

from typing import Any, NamedTuple

from tinyconv import reference
from tinyconv.check.operations.source import Source
from tinyconv.check.part import Course, Part, paired
from tinyconv.geometry import Window
from tinyconv.shapes import Array, Pair
from tinyconv.trace import SILENT


class Convolution(NamedTuple):
    """The arguments of one call; `dy` is for the way back."""

    x: Array  # (N, C, H, W)
    weight: Array  # (F, C/groups, KH, KW)
    bias: Array | None  # (F,)
    stride: Pair
    padding: Any  # (rows, columns); a mistake may put ((top, bottom), (left, right))
    dilation: Pair = (1, 1)
    groups: int = 1
    dy: Any = None  # (N, F, OH, OW)

    @property
    def window(self) -> Window:
        """How the kernel slides."""
        return Window.of("conv2d", self.weight.shape[2:], self.stride, self.padding, self.dilation)

    @property
    def output_size(self) -> Pair:
        """(OH, OW)."""
        return self.window.output_size("conv2d", *self.x.shape[2:])


class Gradients(NamedTuple):
    """What the way back returns."""

    dx: Array
    dweight: Array
    dbias: Array


def forward(case: Convolution) -> Array:
    """Return y (N, F, OH, OW)."""
    x, weight, bias, stride, _, dilation, groups, _ = case
    return reference.conv2d_forward(
        x, weight, bias, stride, case.window.padding, dilation, groups, case.output_size, SILENT
    )


def backward(case: Convolution) -> Gradients:
    """Return dx, dweight and dbias, shaped like x, weight and bias."""
    x, weight, _, stride, _, dilation, groups, dy = case
    return Gradients(
        *reference.conv2d_backward(
            dy, x, weight, stride, case.window.padding, dilation, groups, SILENT
        )
    )


def draw_forward(source: Source) -> Convolution:
    """Draw a convolution that is possible."""
    N, CG = source.between(1, 2), source.between(1, 2)
    groups = source.whole("groups", 1, 2)
    F = groups * source.between(1, 2)
    kernel = source.between(1, 3), source.between(1, 3)
    stride, padding = source.pair("stride", 1, 3), source.pair("padding", 0, 2)
    dilation = source.pair("dilation", 1, 2)
    H, W = source.under(kernel, padding, dilation)
    x, weight = source.numbers(N, CG * groups, H, W), source.numbers(F, CG, *kernel)
    without = "no bias" in source.options and source.between(0, 3) == 3
    bias = None if without else source.numbers(F)
    return Convolution(x, weight, bias, stride, padding, dilation, groups)


def draw_backward(source: Source) -> Convolution:
    """Draw a convolution and a gradient of its output."""
    case = draw_forward(source)
    return case._replace(dy=source.numbers(len(case.x), len(case.weight), *case.output_size))


def _course_arguments(named: dict[str, Any]) -> tuple[Any, ...]:
    return *(named[name] for name in ("x", "weight", "bias")), {
        "stride": named["stride"],
        "pad": named["padding"],
    }


FORWARD = Part(
    name="conv2d_forward",
    given=paired(Convolution),
    arrays=("x", "weight", "bias"),
    options=("stride", "padding"),
    extras=("dilation", "groups"),
    outputs=("y",),
    right=forward,
    draw=draw_forward,
    course=Course(("conv_forward", "conv_forward_naive"), _course_arguments, ("stride", "padding")),
)
BACKWARD = Part(
    name="conv2d_backward",
    given=paired(Convolution),
    arrays=("dy", "x", "weight", "bias"),
    options=("stride", "padding"),
    extras=("dilation", "groups"),
    outputs=("dx", "dweight", "dbias"),
    right=backward,
    draw=draw_backward,
    course=Course(("conv_backward", "conv_backward_naive"), _course_arguments, ("stride", "padding")),
    forward="conv2d_forward",
    spare=("bias",),
)
