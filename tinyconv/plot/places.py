"""What the metadata of one map place on it: every box, point and mask, and the objects' labels."""

from collections.abc import Hashable, Iterator
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from tinyconv.metadata import Boxes, Mask, Metadata, Points, Spatial
from tinyconv.metadata.labels import labels_of
from tinyconv.plot import marks
from tinyconv.plot.label import Label
from tinyconv.plot.style import WHOLE_IMAGE, Pen, object_colour

KINDS = (Boxes, Mask, Points)  # a label stands at the first of these that shows its object


class Places(NamedTuple):
    """The kinds that have a place on one map, in cells, and the labels: one per object, or none.

    >>> from tinyconv.metadata import attach
    >>> annotation = {"boxes": [[1, 1, 3, 3], [9, 9, 12, 12]], "labels": [7, 2]}
    >>> places = Places.of(attach(annotation, (1, 1, 4, 4), "demo"))
    >>> places.objects, places.outside, places.labels
    (2, 1, ('7', '2'))
    """

    spatial: dict[Hashable, Spatial]
    labels: tuple[str, ...] = ()

    @classmethod
    def of(cls, metadata: Metadata | None) -> "Places":
        """Return what `metadata` place on their map: nothing where places have ended."""
        items = dict(metadata or {})
        kinds = [(key, kind) for key, kind in items.items() if isinstance(kind, Spatial)]
        places = cls(dict(sorted(kinds, key=lambda item: _rank(item[1]))))
        return places._replace(labels=labels_of(items, places.objects))

    @property
    def objects(self) -> int:
        """The number of objects."""
        return max((len(kind) for kind in self.spatial.values()), default=0)

    @property
    def outside(self) -> int:
        """The number of objects of which no kind shows anything."""
        shown = np.zeros(self.objects, bool)
        for kind in self._kinds_of_objects():
            shown[: len(kind)] |= kind.status != "outside"
        return int((~shown).sum())

    def draw(self, ax: Axes, pen: Pen) -> None:
        """Draw every kind over the map on `ax`, an object in the same colour whatever its kind."""
        for kind in self.spatial.values():
            marks.draw(kind, ax, self.colours(kind), pen)
        if pen.text:
            for row, x, y in self.label_corners():
                Label(ax, x, y, self.labels[row], object_colour(row), pen.text)

    def label_corners(self) -> Iterator[tuple[int, float, float]]:
        """Yield row, x and y of every label: the top left corner of what shows its object first."""
        corners = np.full((self.objects, 2), np.nan)
        for kind in self._kinds_of_objects():
            own = corners[: len(kind)]
            own[:] = np.where(np.isnan(own), marks.corners(kind), own)
        for row in range(len(self.labels)):
            if not np.isnan(corners[row]).any():
                yield row, *corners[row].tolist()

    def _kinds_of_objects(self) -> list[Spatial]:
        return [kind for kind in self.spatial.values() if not self._is_whole_image(kind)]

    def _is_whole_image(self, kind: Spatial) -> bool:
        """Return whether it is one region, box or point, said of a picture of several objects."""
        has_ids = isinstance(kind, Mask) and np.asarray(kind).dtype != bool  # rows, however few it shows
        return len(kind) == 1 < self.objects and not has_ids

    def colours(self, kind: Spatial) -> list[str]:
        """Return the colour of each row of a kind."""
        if self._is_whole_image(kind):
            return [WHOLE_IMAGE]
        return [object_colour(row) for row in range(len(kind))]


def _rank(kind: Spatial) -> int:
    return next((rank for rank, known in enumerate(KINDS) if isinstance(kind, known)), len(KINDS))
