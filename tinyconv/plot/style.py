"""How it looks: one colour per object on every map, colour scales, and the weight of lines."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Colormap, to_hex, to_rgba_array

from tinyconv.shapes import Array

# Okabe & Ito, "Color Universal Design" (2008), told apart by the colour-blind; without their black and blue,
# which vanish on dark maps
OBJECT_COLOURS = ("#E69F00", "#56B4E9", "#F0E442", "#CC79A7", "#009E73", "#D55E00")
WHOLE_IMAGE = "#FFFFFF"  # what belongs to the image and to no object
HALO = "#000000"  # under every line, so that it shows on light maps too
TRAIN, VALIDATION = "#D55E00", "#0072B2"  # lines on paper: theirs too, dark enough for it
BAD, SATURATED = "#D55E00", "#CC79A7"  # marks on filters that have learnt nothing
TEXT, FAINT, FRAME, MISSING = "#222222", "#6E6E6E", "#BBBBBB", "#FF00FF"

# a cell that only holds a number; its letters where it is read, and where no window reads it
CELL, CELL_INK, CELL_UNREAD = "#EFEFEF", "#555555", "#B4B4B4"

PAPER = "#FFFFFF"  # behind every picture that has its own figure, and opaque: as legible on a dark page
ON_DARK = {TEXT: "#EEEEEE", FAINT: "#ABABAB"}  # what stands for them where the caller's figure is dark
DPI = 150  # nine inches are 1350 pixels: sharp where a page shows them at 900

CROWD = 8  # objects above which a small map has thin lines and no labels


def object_colour(row: int) -> str:
    """Return the colour of the object in `row`: the same on every map.

    >>> object_colour(0), object_colour(0) == object_colour(len(OBJECT_COLOURS))
    ('#E69F00', True)
    """
    return OBJECT_COLOURS[row % len(OBJECT_COLOURS)]


def is_dark(colour: Any) -> bool:
    """Return whether light letters are more legible on a colour than dark ones (WCAG 2's luminance).

    >>> is_dark("#111111"), is_dark("white"), is_dark((0, 0, 0, 0))
    (True, False, False)
    """
    (rgba,) = to_rgba_array(colour)
    return bool(rgba[3] > 0 and luminance(rgba) < 0.18)  # where both contrasts are the same


def luminance(colour: Any) -> float:
    """Return WCAG 2's relative luminance of a colour: 0 is black, 1 is white.

    >>> luminance("white"), luminance(PAPER) > luminance(TEXT)
    (1.0, True)
    """
    rgb = to_rgba_array(colour)[0, :3]
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def ink_on(colour: Any) -> str:
    """Return black or white: the letters that are legible on a cell of that colour."""
    return "#FFFFFF" if is_dark(colour) else "#000000"


def hex_of(colour: Any) -> str:
    """Return a colour as the constants here are written."""
    return to_hex(colour).upper()


class Pen(NamedTuple):
    """The weight of what is drawn over a map, in points."""

    line: float
    outline: float  # thinner: so that a box and its mask don't run together
    halo: float  # how much wider the dark line underneath is
    text: float  # 0: no labels

    @classmethod
    def of(cls, inches: float, objects: int) -> "Pen":
        """Return the pen for a map of that width with so many objects.

        >>> Pen.of(1.1, 4).text, Pen.of(1.1, 35).text
        (6.0, 0.0)
        """
        if inches >= 4:
            return cls(1.6, 1.0, 1.4, 8.0)
        if inches >= 1.8:
            return cls(0.8, 0.5, 0.6, 0.0) if objects > CROWD else cls(1.3, 0.8, 1.0, 7.0)
        return cls(0.65, 0.4, 0.35, 0.0) if objects > CROWD else cls(0.9, 0.6, 0.6, 6.0)


class Scale(NamedTuple):
    """Which colour a value has."""

    cmap: Colormap
    vmin: float
    vmax: float

    @classmethod
    def of(cls, maps: Array) -> "Scale":
        """Return one scale for all of `maps`: around 0 where there are negative values, else from 0 up.

        >>> Scale.of(np.array([-1.0, 3.0])).vmin, Scale.of(np.array([1.0, 3.0])).vmin
        (-3.0, 0.0)
        """
        if (maps < 0).any():
            return cls.around_zero(maps)
        return cls(_cmap("viridis"), 0.0, _most(maps))

    @classmethod
    def around_zero(cls, maps: Array) -> "Scale":
        """Return the diverging scale for `maps`: 0 is white."""
        most = _most(maps)
        return cls(_cmap("RdBu_r"), -most, most)

    @classmethod
    def grey(cls) -> "Scale":
        """Return the scale of a picture in [0, 1]."""
        return cls(_cmap("gray"), 0.0, 1.0)

    @property
    def arguments(self) -> dict[str, Any]:
        """The scale as `imshow` takes it."""
        return self._asdict()

    def colours(self, cells: Array) -> Array:
        """Return the colour of each cell of a map (H, W), as (H, W, 4)."""
        return self.cmap((np.asarray(cells, np.float64) - self.vmin) / (self.vmax - self.vmin))


def _most(maps: Array) -> float:
    finite = maps[np.isfinite(maps)].astype(np.float64)
    return float(np.abs(finite).max(initial=0)) or 1.0  # all zero: any scale will do


def _cmap(name: str) -> Colormap:
    return colormaps[name].with_extremes(bad=MISSING)  # NaN and infinity must not look like a number
