"""Checks that every inspection shares: one image of a batch, a filter, a cell, the images' own metadata."""

from typing import Any

from tinyconv.layers import Layer
from tinyconv.metadata import MetadataBatch, attach
from tinyconv.shapes import Array, Pair, ShapeError, floats, integer, pair


def batch_of_one(function: str, x: Any, image: int) -> tuple[Array, int]:
    """Return one image (1, C, H, W) of x (N, C, H, W) or (C, H, W), and N.

    >>> import numpy as np
    >>> x, N = batch_of_one("deconvnet", np.zeros((5, 3, 8, 8)), image=4)
    >>> x.shape, N
    ((1, 3, 8, 8), 5)
    """
    x = floats(function, "x", x)
    if x.ndim not in (3, 4) or 0 in x.shape:
        raise ShapeError(f"{function}: x (shape={x.shape}) must be (N, C, H, W) or (C, H, W), with N ≥ 1")
    x = x[None] if x.ndim == 3 else x
    if integer(function, "image", image, minimum=0) >= len(x):
        raise ShapeError(f"{function}: image (={image}) must be below N = {len(x)}")
    return x[image : image + 1], len(x)


def checked_images(function: str, images: Any) -> Array:
    """Return images (N, C, H, W), at least one.

    >>> import numpy as np
    >>> checked_images("health", np.zeros((5, 3, 8, 8))).shape
    (5, 3, 8, 8)
    """
    images = floats(function, "images", images, "NCHW")
    if 0 in images.shape:
        raise ShapeError(
            f"{function}: images (shape={images.shape}) must hold at least one image, channel and pixel"
        )
    return images


def own_metadata(function: str, network: Layer, metadata: Any, shape: tuple[int, ...]) -> MetadataBatch:
    """Return the metadata of images of `shape` as they came in: one dict each, empty where there were none.

    Raises:
        ShapeError: they are missing though a layer reads them, don't fit the images, or are behind a layer.

    >>> from tinyconv.layers import ReLU
    >>> own_metadata("deconvnet", ReLU(), [{"class": "cat"}], (1, 3, 8, 8))
    MetadataBatch(1 images, behind input, 8×8 cells)
    """
    if metadata is None:
        keys = sorted(map(repr, network.reads()))
        if keys:
            raise ShapeError(
                f"{function}: metadata (=None) must hold what the layers read: {', '.join(keys)}"
            )
        metadata = [{}] * shape[0]
    carried = attach(metadata, shape, function)
    batch = carried if isinstance(carried, MetadataBatch) else attach([carried], shape, function)
    if not isinstance(batch, MetadataBatch) or len(batch.history) > 1:
        raise ShapeError(f"{function}: metadata ({_behind(batch)}) must be the images' own, as they came in")
    return batch


def _behind(batch: Any) -> str:
    """Say how far metadata have come, and what is to be taken instead."""
    steps = ", ".join(step.name for step in batch.history)
    end = next(
        (f"; places ended at {step.name}, because {step.reason}" for step in batch.history if step.reason), ""
    )
    return f'they have passed {steps}{end}; metadata.at("input") has not'


def checked_filter(function: str, filter: Any, F: int, layer: str, argument: str = "filter") -> int:
    """Return the number of a filter (or of another `argument`), if `layer` has it.

    >>> checked_filter("deconvnet", 3, F=4, layer="conv1")
    3
    """
    if integer(function, argument, filter, minimum=0) >= F:
        raise ShapeError(
            f"{function}: {argument} (={filter}) must be one of the {F} of {layer}, 0 to {F - 1}"
        )
    return int(filter)


def checked_cell(function: str, argument: str, cell: Any, size: tuple[int, ...], layer: str) -> Pair:
    """Return (row, col), if the map of `layer` has such a cell.

    >>> checked_cell("deconvnet", "position", (0, 7), (8, 8), "conv1")
    (0, 7)
    """
    if len(size) != 2:
        raise ShapeError(f"{function}: {argument} (={cell!r}) must be None: {layer} has no rows and columns")
    row, col = pair(function, argument, cell, minimum=0)
    if row >= size[0] or col >= size[1]:
        raise ShapeError(
            f"{function}: {argument} (={(row, col)}) must be a cell of {layer}: "
            f"row 0 to {size[0] - 1}, column 0 to {size[1] - 1}"
        )
    return row, col
