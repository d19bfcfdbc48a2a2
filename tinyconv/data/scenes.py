"""Scenes: several real digits on one canvas, each with its box, its mask and its class."""

from typing import Any, NamedTuple

import numpy as np

from tinyconv.data.masks import tight_boxes
from tinyconv.data.optdigits import all_digits
from tinyconv.data.resize import enlarge
from tinyconv.shapes import Array, integer

SMALLEST, LARGEST = 8, 28  # a digit's side, in pixels
FEWEST, MOST = 2, 5  # digits in a scene
GAP = 1  # pixels between two digits, and between a digit and the border
LEAST_ROOM = SMALLEST + 2 * GAP
MINIMUM = 2 * LEAST_ROOM + SMALLEST  # wherever the first digit lies, a second one fits beside it


class Square(NamedTuple):
    """A place on the canvas, in pixels."""

    top: int
    left: int
    side: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """The rows and columns it covers."""
        return slice(self.top, self.top + self.side), slice(self.left, self.left + self.side)


def digit_scenes(count: int, size: int = 64, seed: int = 0) -> tuple[Array, list[dict[str, Any]]]:
    """Return `count` pictures of two to five real digits, tinted and apart, and a metadata dict for each.

    The images are float32 (count, 3, size, size) in [0, 1]. Each dict holds

    - `boxes`, float64 (M, 4), xyxy in pixels: the tight box of each digit's lit pixels;
    - `mask`, int32 (size, size): 0 is background, i + 1 the digit of row i of `boxes`;
    - `labels`, int64 (M,): the digits, 0 to 9.

    A digit's side is 8 to 28 pixels. A scene depends on `size`, `seed` and its index only. Raises
    `ShapeError` or `DTypeError` unless `count` and `seed` are ints ≥ 0 and `size` an int ≥ 28.

    >>> images, metadata = digit_scenes(2)
    >>> images.shape, metadata[0]["labels"]
    ((2, 3, 64, 64), array([...]))
    """
    count = integer("digit_scenes", "count", count, minimum=0)
    size = integer("digit_scenes", "size", size, minimum=MINIMUM)
    seed = integer("digit_scenes", "seed", seed, minimum=0)
    digits, classes = all_digits()
    images = np.empty((count, 3, size, size), dtype=np.float32)
    metadata = []
    for image, rng in zip(images, np.random.default_rng(seed).spawn(count), strict=True):
        places = _places(rng, size)
        chosen = rng.choice(len(digits), size=len(places), replace=False)
        image[:], mask = _paint(rng, size, places, digits[chosen, 0])
        metadata.append({"boxes": tight_boxes(mask), "mask": mask, "labels": classes[chosen]})
    return images, metadata


def _places(rng: np.random.Generator, size: int) -> list[Square]:
    """Draw squares that don't overlap; a full canvas takes fewer than were drawn, never less than two."""
    largest = min(LARGEST, size - 2 * LEAST_ROOM)
    places: list[Square] = []
    for _ in range(rng.integers(FEWEST, MOST + 1)):
        for side in range(rng.integers(SMALLEST, largest + 1), SMALLEST - 1, -1):
            corners = _free_corners(size, side, places)
            if len(corners):
                top, left = rng.choice(corners)
                places.append(Square(int(top), int(left), side))
                break
    return places


def _free_corners(size: int, side: int, places: list[Square]) -> Array:
    """Return every (top, left) where a square keeps `GAP` pixels from the border and from `places`."""
    steps, reach = size - side - 2 * GAP + 1, side + 2 * GAP - 1
    free = np.ones((steps, steps), dtype=bool)  # free[i, j]: the corner (GAP + i, GAP + j)
    for top, left, other in places:
        free[max(0, top - reach) : top + other, max(0, left - reach) : left + other] = False
    return np.argwhere(free) + GAP


def _paint(rng: np.random.Generator, size: int, places: list[Square], digits: Array) -> tuple[Array, Array]:
    """Return the canvas with its digits, and their instance mask."""
    canvas = _canvas(rng, size)  # (3, size, size)
    mask = np.zeros((size, size), dtype=np.int32)
    for number, (place, digit) in enumerate(zip(places, digits, strict=True), start=1):
        ink = np.clip(2 * enlarge(digit, place.side) - 0.5, 0, 1)  # a crisp edge: faint ink is none
        rows, cols = place.slices
        canvas[:, rows, cols] += ink * (_tint(rng) - canvas[:, rows, cols])
        mask[rows, cols][ink > 0] = number
    return canvas, mask


def _canvas(rng: np.random.Generator, size: int) -> Array:
    """Return a dark colour with soft clouds and a fine grain: (3, size, size)."""
    colour = rng.uniform(0.1, 0.25, size=(3, 1, 1))
    clouds = enlarge(rng.normal(scale=0.05, size=(3, 5, 5)), size)
    grain = rng.normal(scale=0.015, size=(1, size, size))
    return np.clip(colour + clouds + grain, 0, 1)


def _tint(rng: np.random.Generator) -> Array:
    """Return a bright colour: (3, 1, 1), its strongest channel is 1."""
    tint = rng.uniform(0.25, 1, size=(3, 1, 1))
    return tint / tint.max()
