"""Dropping objects, in one place: boxes, points, masks and labels by the same mask, or none of them."""

from collections.abc import Hashable
from typing import Any

import numpy as np

from tinyconv.geometry import View
from tinyconv.metadata.record import Record
from tinyconv.metadata.spatial import Place, Spatial
from tinyconv.shapes import Array, DTypeError, ShapeError

PER_OBJECT = ("labels", "classes", "names", "scores", "ids")


def sanitized(
    record: Record,
    view: View,
    min_visible: float,
    min_area: float,
    per_object: tuple[Hashable, ...],
    key: Hashable | None,
) -> tuple[dict[Hashable, Any], Array]:
    """Return the values of the objects that the map of `view` shows well enough, and keep, (M,) bool."""
    _check_threshold("min_visible", min_visible, 1)
    _check_threshold("min_area", min_area, np.inf)
    if isinstance(per_object, str):
        raise DTypeError(f"sanitize: per_object (={per_object!r}) must be a tuple of keys")
    if key is None and not any(isinstance(value, Spatial) for value in record.values.values()):
        return record.values, np.ones(0, bool)
    key, objects = record.spatial("sanitize", key)
    keep = _shown_well(objects.on_map(view), min_visible, min_area)
    return {
        name: _filtered(value, keep, name in per_object, Place("sanitize", str(name)))
        for name, value in record.values.items()
    }, keep


def _check_threshold(argument: str, value: float, most: float) -> None:
    if not 0 <= value <= most:
        limit = "from 0 to 1" if most == 1 else "at least 0"
        raise ShapeError(f"sanitize: {argument} (={value}) must be {limit}")


def _shown_well(objects: Spatial, min_visible: float, min_area: float) -> Array:
    shown = objects.status != "outside"
    return shown & (objects.visible >= min_visible) & (objects.area >= min_area)


def _filtered(value: Any, keep: Array, is_per_object: bool, place: Place) -> Any:
    """Return what is left of one value: places by row, plain values if they hold one item per object."""
    if isinstance(value, Spatial):
        return value.kept(keep) if value.belongs_to(len(keep), place) else value
    is_column = isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim > 0)
    if not (is_per_object and is_column and len(value) == len(keep)):
        return value
    if isinstance(value, np.ndarray):
        return value[keep]
    kept = [item for item, stays in zip(value, keep, strict=True) if stays]
    return kept if isinstance(value, list) else tuple(kept)
