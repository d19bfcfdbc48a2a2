"""The way of an image to one layer of a network, and the layers that there are."""

from collections.abc import Iterator, Mapping
from typing import Any

from tinyconv.inspection.arguments import batch_of_one, own_metadata
from tinyconv.layers import Layer, Residual
from tinyconv.metadata import MetadataBatch
from tinyconv.network import Sequential
from tinyconv.shapes import Array, DTypeError, ShapeError


def whole(function: str, network: Any) -> Sequential:
    """Return the network; a single layer becomes a chain, called by its class as in the metadata's history.

    >>> from tinyconv.layers import ReLU
    >>> list(whole("health", ReLU()).layers)
    ['ReLU']
    """
    if isinstance(network, Sequential):
        return network
    if not isinstance(network, Layer):
        raise DTypeError(
            f"{function}: network (a {type(network).__name__}) must be a layer, like a Sequential"
        )
    return Sequential(**{type(network).__name__: network})


def named_layers(network: Sequential) -> dict[str, Layer]:
    """Return every layer that computes under its full name, in the order in which they finish.

    >>> from tinyconv.layers import Conv2d, ReLU
    >>> list(named_layers(Sequential(stem=Sequential(Conv2d(1, 4, 3), ReLU()), res=Residual(ReLU()))))
    ['stem.0', 'stem.1', 'res.body', 'res']
    """
    return dict(_opened(network.layers))


def _opened(layers: Mapping[str, Layer], prefix: str = "") -> Iterator[tuple[str, Layer]]:
    for name, layer in layers.items():
        yield from _opened(_inside(layer), f"{prefix}{name}.")
        if not isinstance(layer, Sequential):
            yield f"{prefix}{name}", layer


def _inside(layer: Layer) -> Mapping[str, Layer]:
    """Return the layers that an image goes through inside of a layer, one behind the other."""
    if isinstance(layer, Sequential):
        return layer.layers
    return {"body": layer.body} if isinstance(layer, Residual) else {}


def way_to(function: str, network: Any, layer: Any) -> Sequential:
    """Return the chain of layers that ends with the one of that name: the network's own, none copied.

    A way into the body of a `Residual` goes through that body alone.

    >>> from tinyconv.layers import Conv2d, MaxPool2d, ReLU
    >>> network = Sequential(stem=Sequential(conv=Conv2d(1, 4, 3), relu=ReLU()), pool=MaxPool2d(2))
    >>> [list(way_to("deconvnet", network, name).layers) for name in ("stem.conv", "pool")]
    [['stem.conv'], ['stem', 'pool']]
    """
    network = whole(function, network)
    passed = _passed(network.layers, "", str(layer))
    if passed is None:
        listing = ", ".join(named_layers(network))
        raise ShapeError(f"{function}: layer (={layer!r}) must be one of {listing}")
    return Sequential(**passed)


def _passed(layers: Mapping[str, Layer], prefix: str, wanted: str) -> dict[str, Layer] | None:
    passed: dict[str, Layer] = {}
    for inner, layer in layers.items():
        name = prefix + inner
        if name == wanted:
            return {**passed, name: layer}
        if wanted.startswith(f"{name}."):
            further = _passed(_inside(layer), f"{name}.", wanted)
            if further is not None:
                return {**passed, **further}
        passed[name] = layer
    return None


def gone(
    function: str, way: Layer, x: Array, metadata: MetadataBatch
) -> tuple[Array, MetadataBatch, tuple[Any, ...]]:
    """Return y (N, F, OH, OW) or (N, F) at the end of a way, its metadata and its cache."""
    try:
        y, carried, cache = way.forward(x, metadata, training=False)
    except (ShapeError, DTypeError) as error:
        raise type(error)(
            f"{function}: x (shape={x.shape}) must fit the network, and so must its metadata: {error}"
        ) from error
    if y.ndim not in (2, 4):
        raise ShapeError(
            f"{function}: layer gives the shape {y.shape} and must give (N, F, OH, OW) or (N, F)"
        )
    return y, carried, cache


def one_with_metadata(
    function: str, way: Layer, x: Any, metadata: Any, image: int
) -> tuple[Array, MetadataBatch]:
    """Return one image (1, C, H, W) and its metadata, of what may be a batch."""
    one, N = batch_of_one(function, x, image)
    batch = own_metadata(function, way, metadata, (N, *one.shape[1:]))
    return one, batch[image : image + 1]
