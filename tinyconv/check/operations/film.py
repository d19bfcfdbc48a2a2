"""FiLM, both ways."""

from typing import Any, NamedTuple

from tinyconv import reference
from tinyconv.check.operations.source import Source
from tinyconv.check.part import Part
from tinyconv.shapes import Array


class Modulation(NamedTuple):
    """The arguments of one call; `dy` is for the way back."""

    x: Array  # (N, C, H, W)
    gamma: Array  # (N, C)
    beta: Array  # (N, C)
    dy: Any = None


class Gradients(NamedTuple):
    """What the way back returns."""

    dx: Array
    dgamma: Array
    dbeta: Array


def forward(case: Modulation) -> Array:
    """Return gamma·x + beta."""
    return reference.film_forward(case.x, case.gamma, case.beta)


def backward(case: Modulation) -> Gradients:
    """Return dx, dgamma and dbeta, shaped like x, gamma and beta."""
    return Gradients(*reference.film_backward(case.dy, case.x, case.gamma))


def draw_forward(source: Source) -> Modulation:
    """Draw maps, and a scale and a shift for each of them."""
    N, C, H, W = (source.between(1, 3) for _ in range(4))
    return Modulation(source.numbers(N, C, H, W), source.numbers(N, C), source.numbers(N, C))


def draw_backward(source: Source) -> Modulation:
    """Draw maps, their scales, and a gradient of the output."""
    case = draw_forward(source)
    return case._replace(dy=source.numbers(*case.x.shape))


FORWARD = Part(
    name="film_forward",
    given=Modulation,
    arrays=("x", "gamma", "beta"),
    options=(),
    extras=(),
    outputs=("y",),
    right=forward,
    draw=draw_forward,
)
BACKWARD = Part(
    name="film_backward",
    given=Modulation,
    arrays=("dy", "x", "gamma", "beta"),
    options=(),
    extras=(),
    outputs=("dx", "dgamma", "dbeta"),
    right=backward,
    draw=draw_backward,
    forward="film_forward",
    spare=("beta",),
)
