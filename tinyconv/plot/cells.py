"""Maps and pictures drawn in edge coordinates: the cell in row i covers [i, i + 1)."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from tinyconv.plot.halo import halo
from tinyconv.plot.maps import as_picture
from tinyconv.plot.outlines import outlines
from tinyconv.plot.sheet import Sheet
from tinyconv.plot.style import CELL, FAINT, FRAME, Scale
from tinyconv.shapes import Array


def draw_cells(ax: Axes, cells: Array, scale: Scale, ticks: bool = False) -> AxesImage:
    """Draw (H, W), or (H, W, 3), so that the cell in row i covers [i, i + 1)."""
    H, W = cells.shape[:2]
    image = ax.imshow(cells, extent=(0, W, H, 0), interpolation="nearest", **scale.arguments)
    ax.set(xlim=(0, W), ylim=(H, 0))  # and no mark over it may change them
    ax.tick_params(labelsize=7, color=FRAME, labelcolor=FAINT, length=3)
    if not ticks:
        ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(color=FRAME, linewidth=0.5)
    return image


def draw_image(ax: Axes, x: Array, ticks: bool = False) -> AxesImage:
    """Draw an image (C, H, W) as a picture; NaN, where there is no pixel, as plain paper."""
    picture = as_picture(x)
    if picture.ndim == 3:
        picture = np.where(np.isnan(picture), to_rgb(CELL), picture)
    return draw_cells(ax, picture, Scale.grey().without_pixels(), ticks)


def draw_signed(ax: Axes, maps: Array, most: float | None = None) -> AxesImage:
    """Draw (C, H, W) around 0: RGB as colours around mid-grey; else the mean of the channels, 0 being white.

    `most` is the value of the strongest colour; None: the largest one.
    """
    if len(maps) != 3:
        cells = maps.mean(axis=0)
        scale = Scale.around_zero(cells if most is None else np.array([most]))
        return draw_cells(ax, cells, scale.without_pixels())
    scale = Scale.around_zero(maps if most is None else np.array([most]))
    return draw_image(ax, (0.5 + 0.5 * maps / scale.vmax).clip(0, 1))


def frame(ax: Axes, xyxy: Any, colour: str, line: float = 1.6, **options: Any) -> Rectangle:
    """Draw a rectangle (x1, y1, x2, y2) in pixels, with a dark line beneath, and return it."""
    x1, y1, x2, y2 = xyxy
    box = Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=colour, linewidth=line, zorder=6)
    box.set(path_effects=halo(line, 1.2), **options)
    ax.add_patch(box)
    return box


def outline(ax: Axes, mask: Array, colour: str, line: float = 1.6) -> None:
    """Draw the outline of the cells of a mask (H, W), with a dark line beneath."""
    edges, _ = outlines(mask.astype(np.int64))
    lines = LineCollection(
        list(edges), colors=[colour] * len(edges), linewidths=line, capstyle="projecting", zorder=6
    )
    lines.set(path_effects=halo(line, 1.2), snap=False)
    ax.add_collection(lines, autolim=False)


def draw_bar(sheet: Sheet, image: AxesImage, left: float, top: float, height: float) -> Axes:
    """Draw the colour scale of an image as an upright bar at a place in inches."""
    cax = sheet.axes(left, top, 0.12, height)
    bar = cax.figure.colorbar(image, cax=cax)
    bar.ax.tick_params(labelsize=7, color=FRAME, labelcolor=FAINT)
    bar.outline.set_visible(False)
    return cax
