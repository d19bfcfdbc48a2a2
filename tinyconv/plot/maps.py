"""One image's maps: checked, told apart from pictures, and captioned."""

from typing import Any

import numpy as np

from tinyconv.metadata import Metadata, MetadataBatch, attach
from tinyconv.shapes import Array, DTypeError, ShapeError, integer


def numbers(function: str, argument: str, value: Any) -> Array:
    """Return `value` as an array, if it holds real numbers."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise DTypeError(f"{function}: {argument} (dtype={array.dtype}) must be an array of real numbers")
    return array


def one_image(
    function: str, y: Any, metadata: Any, image: int, argument: str = "y"
) -> tuple[Array, Metadata | None]:
    """Return the maps (C, H, W) and the metadata of one image.

    `y` is (N, C, H, W), (C, H, W) or (H, W); `metadata` is whatever a layer would take with it.
    """
    maps = numbers(function, argument, y)
    if maps.ndim not in (2, 3, 4):
        raise ShapeError(
            f"{function}: {argument} (shape={maps.shape}) must be (N, C, H, W), (C, H, W) or (H, W)"
        )
    maps = maps.reshape(*[1] * (4 - maps.ndim), *maps.shape)  # (N, C, H, W)
    if 0 in maps.shape[1:]:
        raise ShapeError(
            f"{function}: {argument} (shape={maps.shape}) must have at least one channel, row and column"
        )
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


def symbols(channels: Array) -> list[tuple[str, str]]:
    """Return what formulas call the channels that a filter reads, and their kernels.

    >>> symbols(np.arange(3))[0], symbols(np.array([4, 5]))[1]
    (('R', 'k_{R}'), ('x_{5}', 'k_{5}'))
    """
    if channels.tolist() == [0, 1, 2]:
        return [(letter, f"k_{{{letter}}}") for letter in "RGB"]
    return [(f"x_{{{number}}}", f"k_{{{number}}}") for number in channels.tolist()]


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
