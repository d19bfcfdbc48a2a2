"""`explain`: run a network with one image, and write the page that shows every number of the run."""

import os
from typing import Any

import numpy as np

from tinyconv.layers import Layer
from tinyconv.metadata import attach
from tinyconv.network import Sequential, Trace, trace
from tinyconv.page.html import Page, rendered, write
from tinyconv.shapes import Array, DTypeError, ShapeError, floats, integer


def explain(
    network: Layer,
    image: Any,
    metadata: Any = None,
    path: str | os.PathLike[str] = "explain.html",
    *,
    target: Any = None,
) -> Page:
    """Write one HTML file in which somebody can walk through the network, cell by cell, forward and backward.

    The file needs no network and no other file. It shows the maps of every layer; for any cell how its number
    came about, what it sees of the image, and which objects lie there; and the gradients of one output by
    every number before it. All numbers are the engine's own: those of a `trace`.

    Args:
        network: a `Sequential`, or a layer.
        image: (C, H, W) or (1, C, H, W), of the network's dtype.
        metadata: None, or the image's dict: its boxes, points, masks and labels are drawn on every map.
        path: where the page goes.
        target: which output the gradients are of: an int, or (channel, row, column) where the output is maps.
            None: the largest.

    Returns:
        The page: `path`, `html`, and a frame that shows it where a notebook prints it.

    Raises:
        ShapeError, DTypeError: the image is not one image, or `target` is no output; or what the network
            itself would raise.
        OSError: the file cannot be written.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from tinyconv.layers import Conv2d, ReLU
    >>> network = Sequential(conv1=Conv2d(3, 4, 3, padding=1), relu1=ReLU())
    >>> with TemporaryDirectory() as directory:
    ...     page = explain(network, np.zeros((3, 8, 8), np.float32), path=Path(directory) / "page.html")
    ...     page.path.name, page.path.read_text() == page.html
    ('page.html', True)
    """
    if not isinstance(network, Layer):
        raise DTypeError(f"explain: network (a {type(network).__name__}) must be a layer")
    chain = network if isinstance(network, Sequential) else Sequential(**{type(network).__name__: network})
    x = _one_image(image)
    own = attach(metadata, x.shape, "explain")
    seen = trace(chain, x, own)
    dy = _one_hot(seen.output, target)
    back = _with_the_way_back(chain, x, own, dy)
    return write(_told(chain, back or seen, own, dy if back else None), path)


def _one_image(image: Any) -> Array:
    """Return the image as a batch of one: (1, C, H, W)."""
    x = floats("explain", "image", image)
    if x.ndim == 3:
        x = x[None]
    if x.ndim != 4 or len(x) != 1:
        raise ShapeError(
            f"explain: image (shape={np.shape(image)}) must be one image: (C, H, W) or (1, C, H, W)"
        )
    return x


def _one_hot(output: Array, target: Any) -> Array:
    """Return the gradient of one output by all outputs (1, …): 1 at the target, 0 elsewhere."""
    dy = np.zeros_like(output)
    if target is None:
        dy.flat[np.where(np.isnan(output), -np.inf, output).argmax()] = 1
        return dy
    shape = output.shape[1:]
    index = target if isinstance(target, tuple | list) else (target,)
    if len(index) != len(shape):
        raise ShapeError(f"explain: target (={target!r}) must be an index into the output's shape {shape}")
    for number, size in zip(index, shape, strict=True):
        if integer("explain", "target", number, minimum=0) >= size:
            raise ShapeError(f"explain: target (={target!r}) must lie in the output's shape {shape}")
    dy[(0, *index)] = 1
    return dy


def _with_the_way_back(network: Sequential, x: Array, metadata: Any, dy: Array) -> Trace | None:
    """Return the trace of both ways; None where a layer has no way back."""
    try:
        return trace(network, x, metadata, dy=dy)
    except NotImplementedError:
        return None


def _told(network: Sequential, seen: Trace, metadata: Any, dy: Array | None) -> str:
    from tinyconv.page.story import one_image, story  # with `plot` comes matplotlib, which takes a second

    bare = one_image(attach([{}], seen["input"].shape, "explain"))
    return rendered(story(network, seen, bare, one_image(metadata), dy), "explain · tinyconv")
