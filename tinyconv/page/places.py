"""What the metadata place on each map, as the page draws it: boxes, points and masks in cells, and labels."""

from typing import Any, cast

import numpy as np

from tinyconv.metadata import Boxes, Mask, Metadata, Points, Spatial
from tinyconv.metadata.record import USUAL
from tinyconv.page.store import Store
from tinyconv.plot.places import Places
from tinyconv.plot.style import object_colour
from tinyconv.shapes import Array


def placed(metadata: Metadata | None, store: Store) -> dict[str, Any]:
    """Return the kinds that lie on one map, where labels stand, and the cells that touch each object.

    >>> from tinyconv.metadata import attach
    >>> found = placed(attach({"bbox": [1, 1, 3, 3], "class": "cat"}, (1, 1, 4, 4), "demo"), Store())
    >>> found["kinds"][0]["rows"], found["labels"], found["touch"]["rows"]
    ([[1.0, 1.0, 3.0, 3.0]], [(0, 1.0, 1.0)], [[[1, 1, 3, 3]]])
    """
    places = Places.of(metadata)
    kinds = [
        {"key": str(key), "colours": places.colours(kind), **_drawn(kind, store)}
        for key, kind in places.spatial.items()
    ]
    return {
        "kinds": kinds,
        "labels": list(places.label_corners()),
        "outside": places.outside,
        "touch": _touch(metadata, places),
    }


def objects(metadata: Metadata | None) -> list[dict[str, str]]:
    """Return the name and the colour of every object: its label, or its number.

    >>> from tinyconv.metadata import attach
    >>> objects(attach({"boxes": [[1, 1, 3, 3]]}, (1, 1, 4, 4), "demo"))
    [{'name': 'object 0', 'colour': '#E69F00'}]
    """
    places = Places.of(metadata)
    names = places.labels or [f"object {row}" for row in range(places.objects)]
    return [{"name": name, "colour": object_colour(row)} for row, name in enumerate(names)]


def _drawn(kind: Spatial, store: Store) -> dict[str, Any]:
    """Return the numbers of one kind; one that the page does not know is drawn as its boxes."""
    if isinstance(kind, Mask):
        return _mask(np.asarray(kind), store)
    if isinstance(kind, Points):
        M = len(kind)
        xy, inside = kind.xy.reshape(M, -1, 2), np.asarray(kind.inside).reshape(M, -1)  # (M, K, 2), (M, K)
        return {"kind": "points", "rows": xy.tolist(), "shown": inside.tolist()}
    boxes = cast(Boxes, kind.boxes())
    return {"kind": "boxes", "rows": boxes.xyxy.tolist(), "shown": (boxes.status != "outside").tolist()}


def _mask(mask: Array, store: Store) -> dict[str, Any]:
    """Return a mask as planes of 0 and 1, or as one plane of ids: then it has 0 planes."""
    if mask.dtype == bool:
        return {"kind": "mask", "array": store.put(mask), "planes": 1 if mask.ndim == 2 else len(mask)}
    ids = mask.astype(np.uint8 if mask.max(initial=0) < 256 else np.int32)
    return {"kind": "mask", "array": store.put(ids), "planes": 0}


def _touch(metadata: Metadata | None, places: Places) -> dict[str, Any] | None:
    """Return the cells that see any of each object, by the kind that names the objects.

    A mask is looked up on the image by the page: which of its pixels lie in what a cell sees.
    """
    if metadata is None or not places.spatial:
        return None
    key = next((key for key in USUAL if key in places.spatial), next(iter(places.spatial)))
    kind = places.spatial[key]
    if isinstance(kind, Mask):
        return {"key": str(key), "rows": None}
    cells = metadata.cells(key, "touch")  # (M, 4) or (M, K, 4)
    return {"key": str(key), "rows": cells.reshape(len(kind), -1, 4).tolist()}
