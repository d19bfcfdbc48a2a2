"""From an instance mask to its boxes."""

import numpy as np

from tinyconv.shapes import Array


def tight_boxes(mask: Array) -> Array:
    """Return the box around each object of an instance mask whose ids run from 1 to M without a gap.

    Row i is the float64 xyxy box of `mask == i + 1`, in edge coordinates: half-open.

    >>> tight_boxes(np.array([[0, 1, 1], [2, 0, 1]]))
    array([[1., 0., 3., 2.],
           [0., 1., 1., 2.]])
    """
    boxes = np.empty((mask.max(), 4))
    for row in range(len(boxes)):
        ys, xs = np.nonzero(mask == row + 1)
        boxes[row] = xs.min(), ys.min(), xs.max() + 1, ys.max() + 1
    return boxes
