"""A square of numbers, as many rows as a vector has lanes, turned in registers: rows become columns.

So an image's channels come to lie side by side, a vector for each pixel, and the other way round.
"""

from collections.abc import Callable
from typing import Any

from numba.core import types
from numba.extending import intrinsic

from tinyconv.kernels.host import HOST
from tinyconv.kernels.tile import Arrays, compiled
from tinyconv.kernels.vectors import I64, Vectors

AHEAD = 8  # vectors of a channel: where the ones after the next will be written


def make_gather_channels() -> Callable[..., None]:
    """Return the tile out[o + places[p + j]·width + c] = image[i + c·plane + j], for all lanes c and j.

    The tile takes (image, i, plane, places, p, width, out, o). It is called from compiled code.
    """

    @intrinsic
    def tile(typing, image, i, plane, places, p, width, out, o):  # type: ignore[no-untyped-def]
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            arrays = Arrays(context, builder, signature.args, arguments)
            code = Vectors(builder, context.get_data_type(image.dtype))
            channels = _lines(code, arrays.at(0, 1), arguments[2])
            pixels = _pixels(code, arrays.at(6, 7), arrays.at(3, 4), arguments[5])
            turned = code.turned([code.load(channel, 0) for channel in channels])
            for value, pixel in zip(turned, pixels, strict=True):
                code.store(value, pixel, 0)
            return context.get_dummy_value()

        n = types.intp
        return types.void(image, n, n, places, n, n, out, n), codegen

    return compiled(tile, gather_channels_twin)


def make_scatter_channels() -> Callable[..., None]:
    """Return the way back: image[i + c·plane + j] = out[o + places[p + j]·width + c].

    It also asks for what lies `AHEAD` in each channel: a processor reads a line before it writes there.
    """

    @intrinsic
    def tile(typing, image, i, plane, places, p, width, out, o):  # type: ignore[no-untyped-def]
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            arrays = Arrays(context, builder, signature.args, arguments)
            code = Vectors(builder, context.get_data_type(image.dtype))
            pixels = _pixels(code, arrays.at(6, 7), arrays.at(3, 4), arguments[5])
            turned = code.turned([code.load(pixel, 0) for pixel in pixels])
            for value, channel in zip(turned, _lines(code, arrays.at(0, 1), arguments[2]), strict=True):
                code.store(value, channel, 0)
                code.prefetch(channel, AHEAD)
            return context.get_dummy_value()

        n = types.intp
        return types.void(image, n, n, places, n, n, out, n), codegen

    return compiled(tile, scatter_channels_twin)


def gather_channels_twin(image, i, plane, places, p, width, out, o):  # type: ignore[no-untyped-def]
    """Do the same in plain loops."""
    lanes = HOST.vector_bytes // image.itemsize
    for j in range(lanes):
        for c in range(lanes):
            out[o + places[p + j] * width + c] = image[i + c * plane + j]


def scatter_channels_twin(image, i, plane, places, p, width, out, o):  # type: ignore[no-untyped-def]
    """Do the same in plain loops."""
    lanes = HOST.vector_bytes // image.itemsize
    for c in range(lanes):
        for j in range(lanes):
            image[i + c * plane + j] = out[o + places[p + j] * width + c]


def _lines(code: Vectors, image: Any, plane: Any) -> list[Any]:
    """Return where the line of each channel begins."""
    builder = code.builder
    return [builder.gep(image, [builder.mul(plane, I64(c))]) for c in range(code.lanes)]


def _pixels(code: Vectors, out: Any, places: Any, width: Any) -> list[Any]:
    """Return where the channels of each pixel begin."""
    builder, pixels = code.builder, []
    for j in range(code.lanes):
        place = code.index(builder.gep(places, [I64(j)]))
        pixels.append(builder.gep(out, [builder.mul(place, width)]))
    return pixels
