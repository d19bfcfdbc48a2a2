"""What one activation looks at: deconvnet, saliency and guided backpropagation, one mechanism.

One real run up to the layer; then 1 in the place of one activation and 0 in all others, and the caches of
that run backwards: pools unpool through their switches, filters are transposed, biases stay out. The three
differ in one rule, how a ReLU lets the signal back through (`inspection.rectifier`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyconv.inspection.arguments import checked_cell, checked_filter
from tinyconv.inspection.rectifier import Rule, deconvnet_rule, guided_rule, saliency_rule, with_rule
from tinyconv.inspection.sight import XYXY, sight_of
from tinyconv.inspection.way import gone, one_with_metadata, way_to
from tinyconv.layers import Layer
from tinyconv.shapes import Array, Pair


@dataclass(frozen=True, eq=False, repr=False)
class Attribution:
    """One activation, sent back through the network down to the pixels, with 1 in its place."""

    method: str  # "deconvnet", "saliency" or "guided_backprop"
    layer: str
    filter: int
    position: Pair | None  # (row, col) on the layer's map; None where the layer has none
    activation: float
    x: Array  # (C, H, W): the image
    picture: Array  # (C, H, W): what came down
    xyxy: XYXY  # the pixels that the cell sees: nothing of the picture lies outside

    def __repr__(self) -> str:
        """Return which activation it was, and what it saw."""
        place = "" if self.position is None else f", cell {self.position}"
        return (
            f"Attribution({self.method} of {self.layer}, filter {self.filter}{place}: "
            f"activation {self.activation:.4g}, sees {self.xyxy})"
        )


def deconvnet(
    network: Layer,
    x: Any,
    layer: str,
    filter: int,
    position: Pair | None = None,
    *,
    metadata: Any = None,
    image: int = 0,
) -> Attribution:
    """Send one activation down to the pixels as Zeiler & Fergus do: a ReLU rectifies the signal on its way.

    The signal is unpooled through the stored switches, rectified by a ReLU again at each ReLU, and passed
    through the transposed filters ("Visualizing and Understanding Convolutional Networks", 2014).

    Args:
        network: a `Sequential`, or a layer.
        x: images (N, C, H, W), or one (C, H, W).
        layer: whose activation, by its name: ``"conv1"``, ``"features.relu2"``, ``"block.body.conv"``.
        filter: which of its maps, or features.
        position: (row, col) on the map; None: where the activation is strongest.
        metadata: the images' own, for layers that read them: one dict, or a list of N dicts.
        image: which image of the batch.

    Raises:
        ShapeError, DTypeError: there is no such layer, filter, cell or image, or x or the metadata don't fit.

    >>> from tinyconv.layers import Conv2d, MaxPool2d, ReLU
    >>> from tinyconv.network import Sequential
    >>> network = Sequential(conv1=Conv2d(1, 4, 3, rng=0), relu1=ReLU(), pool1=MaxPool2d(2))
    >>> ramp = np.linspace(0, 1, 64, dtype=np.float32).reshape(1, 8, 8)
    >>> seen = deconvnet(network, ramp, "pool1", filter=2)
    >>> seen
    Attribution(deconvnet of pool1, filter 2, cell (0, 0): activation 0.3719, sees (0, 0, 4, 4))
    >>> np.argwhere(seen.picture[0]).min(axis=0), np.argwhere(seen.picture[0]).max(axis=0)  # 3×3 of the 4×4
    (array([0, 0]), array([2, 2]))
    """
    return _attribution("deconvnet", deconvnet_rule, network, x, layer, filter, position, metadata, image)


def saliency(
    network: Layer,
    x: Any,
    layer: str,
    filter: int,
    position: Pair | None = None,
    *,
    metadata: Any = None,
    image: int = 0,
) -> Attribution:
    """Return the plain gradient of one activation by the pixels (Simonyan et al., 2014).

    Arguments and errors are those of `deconvnet`.

    >>> from tinyconv.layers import Flatten, Linear
    >>> from tinyconv.network import Sequential
    >>> network = Sequential(flatten=Flatten(), fc=Linear(4, 2, bias=False))
    >>> network.load_state_dict({"fc.weight": np.arange(8).reshape(2, 4) / 8})
    >>> saliency(network, np.ones((1, 2, 2), np.float32), "fc", filter=1).picture
    array([[[0.5  , 0.625],
            [0.75 , 0.875]]], dtype=float32)
    """
    return _attribution("saliency", saliency_rule, network, x, layer, filter, position, metadata, image)


def guided_backprop(
    network: Layer,
    x: Any,
    layer: str,
    filter: int,
    position: Pair | None = None,
    *,
    metadata: Any = None,
    image: int = 0,
) -> Attribution:
    """Send one activation down with both rules: a ReLU lets through what is positive on both ways.

    Springenberg et al., "Striving for Simplicity: The All Convolutional Net" (2015). Arguments and errors are
    those of `deconvnet`.

    >>> from tinyconv.layers import ReLU
    >>> guided_backprop(ReLU(), np.array([[[-1.0, 2.0]]]), "ReLU", filter=0).picture
    array([[[0., 1.]]])
    """
    return _attribution("guided_backprop", guided_rule, network, x, layer, filter, position, metadata, image)


def _attribution(
    method: str,
    rule: Rule,
    network: Layer,
    x: Any,
    layer: str,
    filter: int,
    position: Pair | None,
    metadata: Any,
    image: int,
) -> Attribution:
    way = with_rule(way_to(method, network, layer), rule)
    x, own = one_with_metadata(method, way, x, metadata, image)
    y, carried, cache = gone(method, way, x, own)
    filter = checked_filter(method, filter, y.shape[1], layer)
    if position is None:
        cell = strongest(y, filter)[0]
    else:
        cell = checked_cell(method, "position", position, y.shape[2:], layer)
    return Attribution(
        method=method,
        layer=layer,
        filter=filter,
        position=cell or None,
        activation=float(y[0, filter, *cell]),
        x=x[0],
        picture=sent_down(way, y, cache, filter, [cell])[0],
        xyxy=sight_of(cell or None, own[0], carried[0]).xyxy,
    )


def strongest(y: Array, filter: int) -> list[Any]:
    """Return the cell of each image's largest activation: (row, col), or () where there is no map.

    >>> strongest(np.array([[[[0.0, 1.0], [3.0, 2.0]]]]), filter=0)
    [(1, 0)]
    """
    best = y[:, filter].reshape(len(y), -1).argmax(axis=1)
    cells = np.stack(np.unravel_index(best, y.shape[2:]), axis=1) if y.ndim == 4 else np.empty((len(y), 0))
    return [tuple(cell) for cell in cells.astype(int).tolist()]


def sent_down(way: Layer, y: Array, cache: Any, filter: int, cells: Sequence[Any]) -> Array:
    """Return what comes down to the pixels, (N, C, H, W), from one cell per image."""
    dy = np.zeros_like(y)
    for row, cell in enumerate(cells):
        dy[row, filter, *cell] = 1
    dx, _ = way.backward(dy, cache)
    return dx
