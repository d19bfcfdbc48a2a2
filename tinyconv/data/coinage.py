"""Coins: drawn ones, whose denomination is a diameter in millimetres that no image alone can tell."""

import math
from typing import Any

import numpy as np

from tinyconv.data.masks import tight_boxes
from tinyconv.data.mint import Disc, strike
from tinyconv.data.resize import enlarge
from tinyconv.data.split import MetadataSplit, check_split, stratified_with_metadata
from tinyconv.shapes import Array, integer

DIAMETERS = {"1 cent": 16.0, "2 cents": 19.0, "5 cents": 22.5, "10 cents": 26.5}  # mm, by class
NARROWEST, WIDEST = 30.0, 60.0  # mm that an image shows from edge to edge
GAP = 1  # pixels between coin and border
MINIMUM = 24  # pixels: the smallest coin is 6 wide


def coins(count: int = 1500, size: int = 48, test_size: float = 0.2, seed: int = 0) -> MetadataSplit:
    """Return `count` drawn pictures of one coin each, at a random zoom, and a metadata dict for each.

    The images are float32 (N, 3, size, size) in [0, 1]; labels are int64 (N,), 0 to 3: the keys of
    `DIAMETERS`, every one as often as the others. Each dict holds

    - `pixels_per_mm`, a float: the zoom, the same for every class, uniform in its logarithm;
    - `boxes`, float64 (1, 4), xyxy in pixels: the tight box of the coin's pixels;
    - `mask`, int32 (size, size): 0 is background, 1 the coin;
    - `labels`: a list of one word, like "5 cents".

    Only the diameter in millimetres makes a class: metal, relief and light are drawn alike for all, in parts
    of the radius. Whoever measures pixels without a zoom is right for 43 % of the coins at best
    (`image_alone_limit()`). A picture depends on `size`, `seed` and its index only. Raises `ShapeError` or
    `DTypeError` unless `count` is an int ≥ 8, `size` one ≥ 24, `seed` one ≥ 0, and `test_size` a share that
    leaves coins of every class in both parts.

    >>> split = coins(40)
    >>> split.train_images.shape, np.bincount(split.test_labels)
    ((32, 3, 48, 48), array([2, 2, 2, 2]))
    >>> split.train_metadata[0]["labels"], split.train_metadata[0]["pixels_per_mm"]
    (['... cent...'], ...)
    """
    check_split("coins", test_size, seed)
    count = integer("coins", "count", count, minimum=2 * len(DIAMETERS))
    size = integer("coins", "size", size, minimum=MINIMUM)
    images = np.empty((count, 3, size, size), np.float32)
    labels = np.arange(count) % len(DIAMETERS)
    metadata = []
    for image, label, rng in zip(images, labels, np.random.default_rng(seed).spawn(count), strict=True):
        image[:], entry = _photograph(rng, size, list(DIAMETERS)[label])
        metadata.append(entry)
    return stratified_with_metadata("coins", images, labels, metadata, test_size, seed)


def image_alone_limit() -> float:
    """Return the accuracy of the best guess from a coin's diameter in pixels, without the zoom.

    In the logarithm of pixels each class is a box of the same width, shifted by its diameter; where boxes
    overlap, one of them is as likely as the other.

    >>> round(image_alone_limit(), 3)
    0.432
    """
    width = math.log(WIDEST / NARROWEST)
    union = width + math.log(max(DIAMETERS.values()) / min(DIAMETERS.values()))
    return union / (len(DIAMETERS) * width)


def _photograph(rng: np.random.Generator, size: int, name: str) -> tuple[Array, dict[str, Any]]:
    """Return one picture, (3, size, size), and its metadata."""
    pixels_per_mm = size / math.exp(rng.uniform(math.log(NARROWEST), math.log(WIDEST)))
    radius = DIAMETERS[name] / 2 * pixels_per_mm
    x, y = rng.uniform(radius + GAP, size - radius - GAP, size=2)
    disc = Disc(x, y, radius)
    image = strike(rng, _table(rng, size), disc) + rng.normal(scale=0.012, size=(3, size, size))
    mask = (disc.polar(size)[0] < 1).astype(np.int32)  # (size, size)
    return np.clip(image, 0, 1), {
        "pixels_per_mm": pixels_per_mm,
        "boxes": tight_boxes(mask),
        "mask": mask,
        "labels": [name],
    }


def _table(rng: np.random.Generator, size: int) -> Array:
    """Return a stained surface in a colour of its own, (3, size, size); nothing on it has a size in mm."""
    colour = rng.uniform(0.15, 0.5, size=(3, 1, 1))
    stains = enlarge(rng.normal(scale=0.12, size=(1, 6, 6)), size)
    grain = rng.normal(scale=0.05, size=(1, size, size))
    return np.clip(colour * (1 + stains + grain), 0, 1)
