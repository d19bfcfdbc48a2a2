"""ReLU, both ways."""

from typing import Any, NamedTuple

from tinyconv import reference
from tinyconv.check.operations.source import Source
from tinyconv.check.part import Course, Part
from tinyconv.shapes import Array


class Rectification(NamedTuple):
    """The arguments of one call; `dy` is for the way back."""

    x: Array  # (N, C, H, W), or (N, D)
    dy: Any = None


def forward(case: Rectification) -> Array:
    """Return y, shaped like x."""
    return reference.relu_forward(case.x)


def backward(case: Rectification) -> Array:
    """Return dx, shaped like x."""
    return reference.relu_backward(case.dy, reference.relu_forward(case.x))


def draw_forward(source: Source) -> Rectification:
    """Draw features or maps, zeros among them."""
    axes = source.one_of((2, 4))
    return Rectification(source.numbers(*(source.between(1, 3) for _ in range(axes))))


def draw_backward(source: Source) -> Rectification:
    """Draw an input and a gradient of the output."""
    case = draw_forward(source)
    return case._replace(dy=source.numbers(*case.x.shape))


def _course_arguments(named: dict[str, Any]) -> tuple[Any, ...]:
    return (named["x"],)


FORWARD = Part(
    name="relu_forward",
    given=Rectification,
    arrays=("x",),
    options=(),
    extras=(),
    outputs=("y",),
    right=forward,
    draw=draw_forward,
    course=Course((), _course_arguments),
)
BACKWARD = Part(
    name="relu_backward",
    given=Rectification,
    arrays=("dy", "x"),
    options=(),
    extras=(),
    outputs=("dx",),
    right=backward,
    draw=draw_backward,
    course=Course((), _course_arguments),
    forward="relu_forward",
)
