"""The border: from the dicts that people write to the metadata that travels, checked against x."""

from collections.abc import Mapping, Sequence
from typing import Any

from tinyconv.metadata.batch import MetadataBatch
from tinyconv.metadata.carried import Metadata
from tinyconv.metadata.journey import Journey
from tinyconv.metadata.record import Record, check_mapping
from tinyconv.shapes import DTypeError, ShapeError


def attach(metadata: Any, x_shape: tuple[int, ...], function: str) -> Metadata | MetadataBatch | None:
    """Return the metadata that belong to an x of shape (N, C, H, W): what every layer calls first.

    One dict (for N = 1) becomes a `Metadata`, a list of N dicts a `MetadataBatch`; what another layer
    returned is checked and comes back; None stays None. Where x is not (N, C, H, W), places end.
    `function` is the name of the caller, for errors.

    Raises:
        ShapeError: the number of dicts or the map's size does not fit x, or a place breaks a rule.
        DTypeError: the metadata are no dicts, or their numbers no numbers.

    >>> attach([{"class": "cat"}, {"class": "dog"}], (2, 3, 8, 8), "demo")[1]["class"]
    'dog'
    """
    if metadata is None:
        return None
    if not x_shape:
        raise ShapeError(f"{function}: x (shape=()) must have N as its first axis to have metadata")
    if isinstance(metadata, Mapping):
        _check_one(function, x_shape)
        if isinstance(metadata, Metadata):
            return _checked(metadata, x_shape, function)
        return Metadata(Record.of(metadata, _canvas(x_shape), image=0), _beginning(x_shape))
    if isinstance(metadata, str) or not isinstance(metadata, Sequence):
        raise DTypeError(
            f"{function}: metadata (a {type(metadata).__name__}) must be None, a dict, "
            f"or a list of one dict per image"
        )
    _check_number(function, metadata, x_shape)
    if isinstance(metadata, MetadataBatch):
        return _checked(metadata, x_shape, function)
    if any(isinstance(image, Metadata) for image in metadata):
        return _checked(_gathered(function, metadata), x_shape, function)
    images = [check_mapping(function, image, row) for row, image in enumerate(metadata)]
    records = (Record.of(image, _canvas(x_shape), row) for row, image in enumerate(images))
    return MetadataBatch(tuple(records), _beginning(x_shape))


def _canvas(x_shape: tuple[int, ...]) -> tuple[int, int] | None:
    return x_shape[2:] if len(x_shape) == 4 else None


def _beginning(x_shape: tuple[int, ...]) -> Journey:
    if len(x_shape) == 4:
        return Journey.over(*x_shape[2:])
    return Journey.nowhere(_no_places(x_shape))


def _no_places(x_shape: tuple[int, ...]) -> str:
    return f"x (shape={x_shape}) has no rows and columns"


def _check_one(function: str, x_shape: tuple[int, ...]) -> None:
    if x_shape[0] != 1:
        N = x_shape[0]
        raise ShapeError(
            f"{function}: metadata (one dict) must belong to one image, "
            f"but x (shape={x_shape}) holds N = {N}: pass a list of {N} dicts"
        )


def _check_number(function: str, metadata: Sequence[Any], x_shape: tuple[int, ...]) -> None:
    if len(metadata) != x_shape[0]:
        raise ShapeError(
            f"{function}: metadata ({len(metadata)} dicts) must hold one dict per image, "
            f"but x (shape={x_shape}) holds N = {x_shape[0]}"
        )


def _checked(metadata: Any, x_shape: tuple[int, ...], function: str) -> Any:
    """Return what another layer returned, if its map is as large as x."""
    view = metadata._journey.view
    if view is None:
        return metadata
    if len(x_shape) != 4:
        return metadata.ended(function, _no_places(x_shape))
    if view.size != tuple(x_shape[2:]):
        raise ShapeError(
            f"{function}: metadata (behind {metadata.history[-1].name}, (H, W) = {view.size}) "
            f"must fit x (shape={x_shape}): pass an x together with the metadata that came out with it"
        )
    return metadata


def _gathered(function: str, images: Sequence[Any]) -> MetadataBatch:
    """Return the batch of some `Metadata` that came out of the same layer."""
    journey = next(image._journey for image in images if isinstance(image, Metadata))
    if not all(isinstance(image, Metadata) and image._journey == journey for image in images):
        raise ShapeError(
            f"{function}: metadata (a list) must hold plain dicts, or Metadata of one and the same layer"
        )
    return MetadataBatch(tuple(image._record for image in images), journey)
