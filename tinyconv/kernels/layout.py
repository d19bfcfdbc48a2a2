"""What memory a kernel may see: aligned, writable, C order. One layout, so that each kernel compiles once."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Pair = tuple[int, int]


def grouped(images: Array, groups: int) -> Array:
    """Return images (N, C, H, W) as (N·G, C/G, H, W)."""
    if groups == 1:
        return images
    N, C, H, W = images.shape
    return images.reshape(N * groups, C // groups, H, W)


def plain(array: Array) -> Array:
    """Return `array` itself where its memory is plain, else a plain copy."""
    if array.flags.carray:  # C order, aligned, writable: said at once, which matters for small work
        return array
    return np.require(array, requirements=["C", "A", "W"])
