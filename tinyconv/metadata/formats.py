"""How people write boxes: one entry per format, between it and edge coordinates."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tinyconv.shapes import Array, Pair

Conversion = Callable[[Array, Pair], Array]


class Format(NamedTuple):
    """A way of writing boxes: the pair of functions between it and edge coordinates, both (M, 4) → (M, 4).

    They also get the canvas (H, W); only a format that `needs_canvas` may look at it.
    """

    to_edges: Conversion
    from_edges: Conversion
    rules: tuple[str, str]  # what must hold along x, and along y
    needs_canvas: bool = False


def _same(xyxy: Array, canvas: Pair) -> Array:
    return xyxy


def _to_xywh(xyxy: Array, canvas: Pair) -> Array:
    return np.hstack([xyxy[:, :2], xyxy[:, 2:] - xyxy[:, :2]])


def _from_xywh(xywh: Array, canvas: Pair) -> Array:
    return np.hstack([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]])


def _to_cxcywh(xyxy: Array, canvas: Pair) -> Array:
    return np.hstack([(xyxy[:, :2] + xyxy[:, 2:]) / 2, xyxy[:, 2:] - xyxy[:, :2]])


def _from_cxcywh(cxcywh: Array, canvas: Pair) -> Array:
    half = cxcywh[:, 2:] / 2
    return np.hstack([cxcywh[:, :2] - half, cxcywh[:, :2] + half])


def _to_yolo(xyxy: Array, canvas: Pair) -> Array:
    H, W = canvas
    return _to_cxcywh(xyxy, canvas) / (W, H, W, H)


def _from_yolo(yolo: Array, canvas: Pair) -> Array:
    H, W = canvas
    return _from_cxcywh(yolo * (W, H, W, H), canvas)


def _to_inclusive(xyxy: Array, canvas: Pair) -> Array:
    return np.subtract(xyxy, (0, 0, 1, 1))


def _from_inclusive(inclusive: Array, canvas: Pair) -> Array:
    return np.add(inclusive, (0, 0, 1, 1))


_SIZES = ("width >= 0", "height >= 0")

FORMATS = {
    "xyxy": Format(_same, _same, ("x2 >= x1", "y2 >= y1")),
    "xywh": Format(_from_xywh, _to_xywh, _SIZES),
    "cxcywh": Format(_from_cxcywh, _to_cxcywh, _SIZES),
    "yolo": Format(_from_yolo, _to_yolo, _SIZES, needs_canvas=True),  # cxcywh as shares of the canvas
    "inclusive": Format(
        _from_inclusive, _to_inclusive, ("x2 >= x1 - 1", "y2 >= y1 - 1")
    ),  # empty: x2 = x1 - 1
}
