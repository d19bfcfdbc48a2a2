"""What people call the objects of an image."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

KEYS = ("labels", "classes", "class", "names")


def labels_of(values: Mapping[Hashable, Any], objects: int) -> tuple[str, ...]:
    """Return the first of the usual labels that has one item per object; () if none has.

    >>> labels_of({"boxes": [[0, 0, 2, 2], [1, 1, 3, 3]], "labels": [7, 2]}, objects=2)
    ('7', '2')
    """
    for key in KEYS:
        if key in values:
            value = values[key]
            rows = [value] if isinstance(value, str) or np.ndim(value) == 0 else list(value)
            if len(rows) == objects:
                return tuple(str(row) for row in rows)
    return ()
