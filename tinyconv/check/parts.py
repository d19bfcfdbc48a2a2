"""The parts that can be marked, in the order in which a course would teach them."""

from tinyconv.check.operations import convolution, film, im2col, linear, places, pooling, relu
from tinyconv.check.part import Part
from tinyconv.shapes import ShapeError

PARTS: dict[str, Part] = {
    part.name: part
    for part in (
        places.OUTPUT_SIZE,
        convolution.FORWARD,
        convolution.BACKWARD,
        im2col.IM2COL,
        im2col.COL2IM,
        relu.FORWARD,
        relu.BACKWARD,
        pooling.MAX_FORWARD,
        pooling.MAX_BACKWARD,
        pooling.MEAN_FORWARD,
        pooling.MEAN_BACKWARD,
        linear.FORWARD,
        linear.BACKWARD,
        film.FORWARD,
        film.BACKWARD,
        places.CARRY_BOXES,
    )
}


def part_named(name: str) -> Part:
    """Return a part, or say which there are.

    >>> part_named("conv2d_backward").outputs
    ('dx', 'dweight', 'dbias')
    """
    if name not in PARTS:
        raise ShapeError(f"check: part (={name!r}) must be one of {', '.join(PARTS)}")
    return PARTS[name]
