"""From an instance mask to its boxes."""

import numpy as np

from tinyconv.metadata import Mask
from tinyconv.shapes import Array


def tight_boxes(mask: Array) -> Array:
    """Return the box around each object of an instance mask whose ids run from 1 to M without a gap.

    Row i is the float64 xyxy box of `mask == i + 1`, in edge coordinates: half-open.

    >>> tight_boxes(np.array([[0, 1, 1], [2, 0, 1]]))
    array([[1., 0., 3., 2.],
           [0., 1., 1., 2.]])
    """
    return np.array(Mask(mask).boxes().xyxy)  # the caller's own, to be changed at will
