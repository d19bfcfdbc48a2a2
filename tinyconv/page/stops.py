"""The layers in the order in which they run, and the names of what each takes and gives in the trace."""

from collections.abc import Iterator
from typing import NamedTuple

from tinyconv.layers import Layer, Residual
from tinyconv.network import Sequential


class Stop(NamedTuple):
    """One layer of the way."""

    path: str
    layer: Layer
    sources: tuple[str, ...]  # the trace's names of what goes in
    gradient: str  # the trace's name of the gradient by its output

    @property
    def output(self) -> str:
        """The trace's name of what comes out."""
        return f"{self.path}/output"

    @property
    def dx(self) -> str:
        """The trace's name of the gradient by what goes in."""
        return f"{self.path}/dx"


def stops(network: Sequential) -> list[Stop]:
    """Return every layer that is no chain itself, those inside of a residual before it.

    >>> from tinyconv.layers import Conv2d, ReLU
    >>> way = stops(Sequential(conv=Conv2d(1, 2, 3), inner=Sequential(relu=ReLU())))
    >>> [(stop.path, stop.sources, stop.gradient) for stop in way]
    [('conv', ('input',), 'inner.relu/dx'), ('inner.relu', ('conv/output',), 'dy')]
    """
    return list(_walk(network, "", "input", "dy"))


def entrance(layer: Layer, path: str = "") -> str:
    """Return the trace's name of the gradient by what goes into a layer."""
    if isinstance(layer, Sequential):
        name, first = next(iter(layer.layers.items()))
        return entrance(first, _inside(path, name))
    return f"{path}/dx"


def _exit(layer: Layer, path: str) -> str:
    """Return the trace's name of what comes out of a layer."""
    if isinstance(layer, Sequential):
        name, last = list(layer.layers.items())[-1]
        return _exit(last, _inside(path, name))
    return f"{path}/output"


def _walk(layer: Layer, path: str, source: str, gradient: str) -> Iterator[Stop]:
    if isinstance(layer, Sequential):
        inner = [(_inside(path, name), part) for name, part in layer.layers.items()]
        behind = [entrance(part, name) for name, part in inner[1:]] + [gradient]
        for (name, part), own in zip(inner, behind, strict=True):
            yield from _walk(part, name, source, own)
            source = _exit(part, name)
    elif isinstance(layer, Residual):
        body = _inside(path, "body")
        yield from _walk(layer.body, body, source, gradient)
        yield Stop(path, layer, (source, _exit(layer.body, body)), gradient)
    else:
        yield Stop(path, layer, (source,), gradient)


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
