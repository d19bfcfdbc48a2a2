"""The way of an image through a network: what each layer gives, and which of its maps to look at."""

from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import numpy as np

from tinyconv.layers import Conv2d, Layer
from tinyconv.metadata import Metadata, attach
from tinyconv.network import Sequential
from tinyconv.plot.maps import as_picture, one_image, why_no_places
from tinyconv.shapes import Array, ShapeError
from tinyconv.trace import Note


class Stop(NamedTuple):
    """What one layer gave: maps (K, H, W), their channel numbers (K,), and the metadata that lie on them."""

    name: str
    maps: Array
    channels: Array
    metadata: Metadata


class Way(NamedTuple):
    """A picture, (H, W, 3) or (H, W), and its stops: a list per block of layers that keep their channels."""

    picture: Array
    metadata: Metadata
    blocks: list[list[Stop]]


def way_through(network: Layer, x: Any, metadata: Any, image: int, count: int) -> Way:
    """Run one image through a network up to where places end, and keep `count` maps of each layer.

    Arguments and errors are those of `through_the_layers`.
    """
    maps, own = one_image("through_the_layers", x, metadata, image)
    if own is None:  # an empty dict still knows the maps' names and what they see
        own = cast(Metadata, attach({}, (1, *maps.shape), "through_the_layers"))
    blocks: list[list[tuple[str, Array, Metadata]]] = []
    for layer, stop in _steps(network, maps[None], own):
        if not blocks or isinstance(layer, Conv2d) or len(stop[1]) != len(blocks[-1][-1][1]):
            blocks.append([])
        blocks[-1].append(stop)
    if not blocks:
        raise ShapeError("through_the_layers: network must begin with a layer that keeps places")
    return Way(as_picture(maps), own, [_chosen(block, count) for block in blocks])


def _steps(network: Layer, x: Array, metadata: Any) -> Iterator[tuple[Layer, tuple[str, Array, Metadata]]]:
    """Run the layers one by one, and yield what each gave, (C, H, W), until places end."""
    leaves = network.leaves() if isinstance(network, Sequential) else [(type(network).__name__, network)]
    for name, layer in leaves:
        x, metadata, _ = layer.forward(x, metadata, training=False, note=Note(name))
        if why_no_places(metadata):
            return
        yield layer, (name, x[0], metadata)


def _chosen(block: list[tuple[str, Array, Metadata]], count: int) -> list[Stop]:
    channels = _most_different(block[-1][1], count)
    return [Stop(name, y[channels], channels, metadata) for name, y, metadata in block]


def _most_different(maps: Array, count: int) -> Array:
    """Return the channel that varies most, then the one that varies most in what the first lacks, and so on.

    That is how a QR factorisation with pivoting chooses its columns.
    """
    maps = np.where(np.isfinite(maps), maps, 0)
    rest = maps.reshape(len(maps), -1) - maps.mean(axis=(1, 2))[:, None]  # (C, H*W)
    chosen: list[int] = []
    for _ in range(min(count, len(maps))):
        length = np.linalg.norm(rest, axis=1)
        length[chosen] = -1
        chosen.append(int(length.argmax()))
        direction = rest[chosen[-1]] / (length[chosen[-1]] or 1)
        rest = rest - np.outer(rest @ direction, direction)
    return np.array(chosen)
