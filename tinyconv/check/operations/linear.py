"""The fully connected layer, both ways."""

from typing import Any, NamedTuple

from tinyconv import reference
from tinyconv.check.operations.source import Source
from tinyconv.check.part import Course, Part
from tinyconv.shapes import Array


class Affine(NamedTuple):
    """The arguments of one call; `dy` is for the way back."""

    x: Array  # (N, D)
    weight: Array  # (F, D)
    bias: Array | None  # (F,)
    dy: Any = None  # (N, F)


class Gradients(NamedTuple):
    """What the way back returns."""

    dx: Array
    dweight: Array
    dbias: Array


def forward(case: Affine) -> Array:
    """Return y (N, F)."""
    return reference.linear_forward(case.x, case.weight, case.bias)


def backward(case: Affine) -> Gradients:
    """Return dx, dweight and dbias, shaped like x, weight and bias."""
    return Gradients(*reference.linear_backward(case.dy, case.x, case.weight))


def draw_forward(source: Source) -> Affine:
    """Draw features, and one row of weights per output."""
    N, D, F = (source.between(1, 4) for _ in range(3))
    without = "no bias" in source.options and source.between(0, 3) == 3
    return Affine(source.numbers(N, D), source.numbers(F, D), None if without else source.numbers(F))


def draw_backward(source: Source) -> Affine:
    """Draw a layer and a gradient of its output."""
    case = draw_forward(source)
    return case._replace(dy=source.numbers(len(case.x), len(case.weight)))


def _course_arguments(named: dict[str, Any]) -> tuple[Any, ...]:
    return named["x"], named["weight"].T, named["bias"]  # the course's w is (D, F)


def _from_course(outputs: tuple[Any, ...]) -> tuple[Any, ...]:
    dx, dw, db = outputs
    return dx, dw.T, db


FORWARD = Part(
    name="linear_forward",
    given=Affine,
    arrays=("x", "weight", "bias"),
    options=(),
    extras=(),
    outputs=("y",),
    right=forward,
    draw=draw_forward,
    course=Course(("affine_forward",), _course_arguments),
)
BACKWARD = Part(
    name="linear_backward",
    given=Affine,
    arrays=("dy", "x", "weight", "bias"),
    options=(),
    extras=(),
    outputs=("dx", "dweight", "dbias"),
    right=backward,
    draw=draw_backward,
    course=Course(("affine_backward",), _course_arguments, outputs=_from_course),
    forward="linear_forward",
    spare=("bias",),
)
