"""One image's maps: checked, told apart from pictures, captioned, and drawn in edge coordinates."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.patheffects import Normal, Stroke

from tinyconv.metadata import Metadata, MetadataBatch, attach
from tinyconv.plot.sheet import Sheet
from tinyconv.plot.style import CELL, FAINT, FRAME, HALO, Scale
from tinyconv.shapes import Array, DTypeError, ShapeError, integer


def numbers(function: str, argument: str, value: Any) -> Array:
    """Return `value` as an array, if it holds real numbers."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise DTypeError(f"{function}: {argument} (dtype={array.dtype}) must be an array of real numbers")
    return array


def one_image(function: str, y: Any, metadata: Any, image: int) -> tuple[Array, Metadata | None]:
    """Return the maps (C, H, W) and the metadata of one image.

    `y` is (N, C, H, W), (C, H, W) or (H, W); `metadata` is whatever a layer would take with it.
    """
    maps = numbers(function, "y", y)
    if maps.ndim not in (2, 3, 4):
        raise ShapeError(f"{function}: y (shape={maps.shape}) must be (N, C, H, W), (C, H, W) or (H, W)")
    maps = maps.reshape(*[1] * (4 - maps.ndim), *maps.shape)  # (N, C, H, W)
    if 0 in maps.shape[1:]:
        raise ShapeError(f"{function}: y (shape={maps.shape}) must have at least one channel, row and column")
    return maps[checked_image(function, image, len(maps))], image_metadata(
        function, metadata, maps.shape, image
    )


def checked_image(function: str, image: Any, N: int) -> int:
    """Return the number of an image, if there is such an image."""
    if integer(function, "image", image, minimum=0) >= N:
        raise ShapeError(f"{function}: image (={image}) must be below N = {N}")
    return int(image)


def image_metadata(function: str, metadata: Any, shape: tuple[int, ...], image: int) -> Metadata | None:
    """Return the metadata of one image of a batch of `shape`."""
    attached = attach(metadata, shape, function)
    return attached if attached is None or isinstance(attached, Metadata) else attached[image]


def is_picture(maps: Array, metadata: Metadata | None) -> bool:
    """Return whether maps (C, H, W) are a picture: grey or RGB in [0, 1] or uint8, and not behind a layer."""
    at_input = metadata is None or len(metadata.history) == 1
    in_range = maps.dtype == np.uint8 or bool(((maps >= 0) & (maps <= 1)).all())
    return at_input and len(maps) in (1, 3) and in_range


def as_picture(maps: Array) -> Array:
    """Return (C, H, W) as (H, W, 3), or (H, W) for grey, in [0, 1]; another range is stretched to it."""
    picture = maps / 255 if maps.dtype == np.uint8 else maps
    if len(picture) not in (1, 3):
        picture = picture.mean(axis=0, keepdims=True)
    finite = picture[np.isfinite(picture)]
    low, high = finite.min(initial=0), finite.max(initial=1)
    if (low, high) != (0, 1):
        picture = (picture.clip(low, high) - low) / (high - low)
    return picture[0] if len(picture) == 1 else np.moveaxis(picture, 0, -1)


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
    image = draw_cells(ax, picture, Scale.grey(), ticks)
    image.get_cmap().set_bad(CELL)
    return image


def draw_signed(ax: Axes, maps: Array, most: float | None = None) -> AxesImage:
    """Draw (C, H, W) around 0: RGB as colours around mid-grey; else the mean of the channels, 0 being white.

    `most` is the value of the strongest colour; None: the largest one.
    """
    if len(maps) != 3:
        cells = maps.mean(axis=0)
        scale = Scale.around_zero(cells if most is None else np.array([most]))
        image = draw_cells(ax, cells, scale)
        image.get_cmap().set_bad(CELL)
        return image
    scale = Scale.around_zero(maps if most is None else np.array([most]))
    return draw_image(ax, (0.5 + 0.5 * maps / scale.vmax).clip(0, 1))


def frame(ax: Axes, xyxy: Any, colour: str, line: float = 1.6, **options: Any) -> Rectangle:
    """Draw a rectangle (x1, y1, x2, y2) in pixels, with a dark line beneath, and return it."""
    x1, y1, x2, y2 = xyxy
    halo = [Stroke(linewidth=line + 1.2, foreground=HALO), Normal()]
    box = Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=colour, linewidth=line, zorder=6)
    box.set(path_effects=halo, **options)
    return ax.add_patch(box)


def draw_bar(sheet: Sheet, image: AxesImage, left: float, top: float, height: float) -> Axes:
    """Draw the colour scale of an image as an upright bar at a place in inches."""
    cax = sheet.axes(left, top, 0.12, height)
    bar = cax.figure.colorbar(image, cax=cax)
    bar.ax.tick_params(labelsize=7, color=FRAME, labelcolor=FAINT)
    bar.outline.set_visible(False)
    return cax


def layer_name(metadata: Metadata | None) -> str:
    """Return the name of the layer whose maps the metadata lie on."""
    return "" if metadata is None else metadata.history[-1].name


def size_and_sight(metadata: Metadata | None, H: int, W: int) -> str:
    """Return what a title says of a map: "32×32 · sees 4×4"."""
    size = f"{H}×{W}"
    if metadata is None or why_no_places(metadata):
        return size
    rows, cols = metadata.view
    return size if rows.reach == cols.reach == 1 else f"{size} · sees {rows.reach}×{cols.reach}"


def title_of(metadata: Metadata | None, what: str, H: int, W: int, outside: int) -> str:
    """Return a title: "pool1 · channel 3 · 32×32 · sees 4×4 · 2 outside", and why there are no places."""
    lost = f"{outside} outside" if outside else ""
    parts = [layer_name(metadata), what, size_and_sight(metadata, H, W), lost, why_no_places(metadata)]
    return " · ".join(part for part in parts if part)


def why_no_places(metadata: Metadata | MetadataBatch | None) -> str:
    """Return why nothing can be drawn on the maps; "" where everything can."""
    if metadata is None:
        return ""
    end = next((step for step in metadata.history if step.reason), None)
    return f"no places behind {end.name}: {end.reason}" if end else ""
