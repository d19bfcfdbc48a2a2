"""What every encoder is: values of the metadata in, a vector per image out."""

from collections.abc import Hashable
from reprlib import repr as short
from typing import Any

from tinyconv.layers.state import Gradients, Stateful
from tinyconv.metadata import Metadata, MetadataBatch
from tinyconv.shapes import Array, DTypeError, ShapeError

Carried = Metadata | MetadataBatch | None  # what `attach` returns

MISSING = object()


class Encoder(Stateful):
    """Turns what the metadata say of each image into `size` numbers; parameters are its only state."""

    size: int  # numbers per image

    def forward(self, metadata: Carried, dtype: Any, reader: str) -> tuple[Array, Any]:
        """Return the vectors (N, size) in `dtype`, and the cache that `backward` needs.

        `reader` is the name of the layer that asks, for errors.

        Raises:
            ShapeError, DTypeError: there are no metadata, or a value is missing or breaks a rule.
        """
        raise NotImplementedError(f"{type(self).__name__} must compute forward")

    def backward(self, dvector: Array, cache: Any) -> Gradients:
        """Return the gradients of the parameters under their names, given `dvector` (N, size)."""
        return {}


class KeyEncoder(Encoder):
    """An encoder of the values under one key."""

    key: Hashable

    def reads(self) -> set[Hashable]:
        """Return the key."""
        return {self.key}

    def _read(self, metadata: Carried, reader: str) -> list[Any]:
        """Return each image's value, or name the first image that has none."""
        if metadata is None:
            raise ShapeError(f"{reader}: metadata (=None) must hold {self.key!r} for each image")
        values = metadata.column(self.key, MISSING)
        for row, value in enumerate(values):
            if value is MISSING:
                raise ShapeError(f"{reader}: metadata[{row}][{self.key!r}] is missing")
        return values

    def _refusal(self, error: type[Exception], reader: str, row: int, value: Any, rule: str) -> Exception:
        """Return the error for one image's value."""
        return error(f"{reader}: metadata[{row}][{self.key!r}] (={short(value)}) must be {rule}")


def checked_encoder(function: str, encoder: Any, argument: str = "encoder") -> Encoder:
    """Return `encoder`, if it is one."""
    if not isinstance(encoder, Encoder):
        raise DTypeError(
            f"{function}: {argument} (={short(encoder)}) must be an encoder, like Numeric or OneHot"
        )
    return encoder


def checked_key(function: str, key: Any) -> Hashable:
    """Return `key`, if a dict can have it."""
    if not is_hashable(key):
        raise DTypeError(f"{function}: key (={short(key)}) must be hashable, like str or int")
    return key


def is_hashable(value: Any) -> bool:
    """Return whether a dict can have `value` as a key: a tuple that holds a list is no such thing."""
    try:
        hash(value)
    except TypeError:
        return False
    return True
