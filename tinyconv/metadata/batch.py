"""`MetadataBatch`: the metadata of N images that took the same way."""

from collections.abc import Hashable, Sequence
from typing import Any, overload

import numpy as np

from tinyconv.metadata.carried import Metadata
from tinyconv.metadata.journey import Journey
from tinyconv.metadata.record import Record
from tinyconv.metadata.sanitize import PER_OBJECT
from tinyconv.metadata.traveller import Traveller
from tinyconv.shapes import Array


class MetadataBatch(Traveller, Sequence[Metadata]):
    """N `Metadata` that share one view and history, made when somebody looks.

    A slice is a batch again, and so are the rows that an array names, as in NumPy.

    >>> from tinyconv.metadata import attach
    >>> batch = attach([{"boxes": [[0, 0, 2, 2]]}, {"boxes": []}], (2, 1, 4, 4), "demo")
    >>> batch
    MetadataBatch(2 images, behind input, 4×4 cells)
    >>> len(batch[0]["boxes"]), len(batch[1]["boxes"])
    (1, 0)
    >>> batch[[1, 0, 1]]
    MetadataBatch(3 images, behind input, 4×4 cells)
    """

    __slots__ = ("_journey", "_records")

    def __init__(self, records: tuple[Record, ...], journey: Journey) -> None:
        self._records, self._journey = records, journey

    def _moved(self, journey: Journey) -> "MetadataBatch":
        return MetadataBatch(self._records, journey)

    def column(self, key: Hashable, missing: Any = None) -> list[Any]:
        """Return each image's value under a key: see `Traveller.column`.

        >>> from tinyconv.metadata import attach
        >>> attach([{"class": "cat"}, {"class": "dog"}, {}], (3, 4), "demo").column("class")
        ['cat', 'dog', None]
        """
        return [record.values.get(key, missing) for record in self._records]

    def sanitize(
        self,
        min_visible: float = 0.0,
        min_area: float = 0.0,
        per_object: tuple[Hashable, ...] = PER_OBJECT,
        key: Hashable | None = None,
    ) -> tuple["MetadataBatch", list[Array]]:
        """Drop the objects that the map hardly shows, in each image: see `Metadata.sanitize`.

        Returns:
            The batch without them, and one keep, (M,) bool, per image.
        """
        images, keeps = [], []
        for metadata in self:
            image, keep = metadata.sanitize(min_visible, min_area, per_object, key)
            images.append(image)
            keeps.append(keep)
        if all(keep.all() for keep in keeps):
            return self, keeps
        return MetadataBatch(tuple(image._record for image in images), self._journey), keeps

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, index: int) -> Metadata: ...
    @overload
    def __getitem__(self, index: slice | list[int] | Array) -> "MetadataBatch": ...
    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return MetadataBatch(self._records[index], self._journey)
        if isinstance(index, list | np.ndarray):
            rows = np.arange(len(self))[index].tolist()  # negative rows, and a bool for each, are NumPy's
            return MetadataBatch(tuple(self._records[row] for row in rows), self._journey)
        return Metadata(self._records[index], self._journey)

    def __repr__(self) -> str:
        return f"MetadataBatch({len(self)} images, {self._whereabouts()})"
