"""Small pictures made large."""

import numpy as np

from tinyconv.shapes import Array, ShapeError, integer


def enlarge(image: Array, side: int) -> Array:
    """Return the last two axes, which are square, resized to side×side, bilinear.

    Raises:
        ShapeError, DTypeError: the image is not square, or the side not a number of pixels.

    >>> enlarge(np.array([[0.0, 1.0], [0.0, 1.0]]), 4)[0]
    array([0.  , 0.25, 0.75, 1.  ])
    """
    side, W = integer("enlarge", "side", side, minimum=1), image.shape[-1] if image.ndim else 0
    if image.shape[-2:] != (W, W) or W == 0:
        raise ShapeError(f"enlarge: image (shape={image.shape}) must be square in its last two axes")
    centres = np.clip((np.arange(side) + 0.5) * W / side - 0.5, 0, W - 1)
    weight = np.maximum(0, 1 - np.abs(centres[:, None] - np.arange(W)))  # (side, W)
    return weight @ image @ weight.T
