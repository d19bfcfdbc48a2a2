"""How a coin is drawn: a relief in a round piece of metal, lit from one side."""

from typing import NamedTuple

import numpy as np

from tinyconv.shapes import Array

METALS = np.array([[0.78, 0.46, 0.32], [0.82, 0.68, 0.36], [0.74, 0.75, 0.77]])  # copper, brass, silver


class Disc(NamedTuple):
    """Where a coin lies, in pixels, in edge coordinates."""

    x: float
    y: float
    radius: float

    def polar(self, size: int) -> tuple[Array, Array]:
        """Return the distance, in radii, and the angle of every pixel's centre: (size, size) each."""
        centres = np.arange(size) + 0.5
        dx, dy = (centres - self.x) / self.radius, (centres[:, None] - self.y) / self.radius
        return np.hypot(dx, dy), np.arctan2(dy, dx)

    def coverage(self, size: int, blur: float = 1.0) -> Array:
        """Return how much of each pixel the disc covers, 0 to 1, with an edge of `blur` pixels."""
        inside = (1 - self.polar(size)[0]) * self.radius  # pixels from the edge
        return np.clip(inside / blur + 0.5, 0, 1)


def strike(rng: np.random.Generator, canvas: Array, disc: Disc) -> Array:
    """Return `canvas`, (3, size, size) in [0, 1], with a coin that lies on it and throws a shadow.

    Everything in its face is drawn in parts of the radius: a coin of twice the size looks the same.

    >>> rng = np.random.default_rng(0)
    >>> strike(rng, np.zeros((3, 32, 32)), Disc(x=16, y=16, radius=12)).max(axis=0)[16, [0, 16]] > 0.2
    array([False,  True])
    """
    size = canvas.shape[-1]
    azimuth = rng.uniform(0, 2 * np.pi)
    light = np.array([np.cos(azimuth), np.sin(azimuth)])  # from where it comes: x, y
    offset = 0.12 * disc.radius * light
    shadow = Disc(disc.x - offset[0], disc.y - offset[1], disc.radius)
    canvas = canvas * (1 - 0.6 * shadow.coverage(size, blur=0.25 * disc.radius))
    coin = _shade(rng, _relief(rng, disc, size), light)  # (3, size, size)
    return canvas + disc.coverage(size) * (coin - canvas)


def _relief(rng: np.random.Generator, disc: Disc, size: int) -> Array:
    """Return the height of the coin's face in pixels, (size, size): a rim, a ring of beads, a rosette."""
    r, angle = disc.polar(size)
    soft = max(0.05, 0.8 / disc.radius)  # a step no pixel could show would only flicker
    rim = _step(r - 0.86, soft) - 0.8 * _step(r - 0.97, soft)
    beads = np.clip(np.cos(rng.integers(14, 25) * angle), 0, 1) * np.exp(-(((r - 0.76) / 0.05) ** 2))
    petals, turn = rng.integers(3, 9), rng.uniform(0, 2 * np.pi)
    rosette = _step(0.42 + rng.uniform(0.08, 0.16) * np.cos(petals * (angle - turn)) - r, soft)
    boss = _step(rng.uniform(0.12, 0.22) - r, soft)
    return 0.08 * disc.radius * (rim + 0.4 * beads + 0.8 * rosette - 0.6 * boss)


def _step(distance: Array, soft: float) -> Array:
    """Return 0 below, 1 above, and a smooth slope of width 2·soft between."""
    t = np.clip(0.5 + distance / (2 * soft), 0, 1)
    return t * t * (3 - 2 * t)


def _shade(rng: np.random.Generator, height: Array, light: Array) -> Array:
    """Return the colour of a metal face whose slopes catch the light: (3, size, size)."""
    slope_y, slope_x = np.gradient(height)
    towards = -(light[0] * slope_x + light[1] * slope_y)
    facing = (0.75 + 0.66 * towards) / np.sqrt(1 + slope_x**2 + slope_y**2)  # cosine to a light 49° high
    metal = rng.choice(METALS) * rng.uniform(0.85, 1.1)
    glint = np.clip(facing - 0.82, 0, 1)
    return np.clip(metal[:, None, None] * (0.25 + 0.85 * np.clip(facing, 0, 1)) + 1.2 * glint, 0, 1)
