"""Two tiles for gradients that are zero almost everywhere: they visit the places where something is.

Behind a max-pool, one pixel of each window has a gradient. For the weights, each such pixel adds its number
times the patch of the image that its filter saw; for the image, it adds its number times the filter to that
patch. A patch is `size` vectors, each `shifts[v]` from the patch's first number; sums or weights of all of
them stay in registers while the tile goes through the list of places.

The order is that of the sums over all pixels, so leaving out products with zero changes no bit of them.
"""

from collections.abc import Callable
from typing import Any

from numba.core import cgutils, types
from numba.extending import intrinsic

from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import helper
from tinyconv.kernels.tile import Arrays, compiled
from tinyconv.kernels.vectors import I64, Vectors

SIZES = MOST, SOME, _ = 9, 3, 1  # vectors of a patch that a tile takes


def make_gather_tile(size: int) -> Callable[..., None]:
    """Return the tile sums[o + v] += Σᵢ values[i] · image[q + places[i]·width + shifts[v]], v in vectors.

    The tile takes (image, q, width, shifts, s, places, values, first, last, sums, o): flat arrays, each with
    the index at which its part begins; i goes up from `first` to `last`. It is called from compiled code.
    """

    @intrinsic
    def tile(typing, image, q, width, shifts, s, places, values, first, last, sums, o):  # type: ignore[no-untyped-def]
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            arrays = Arrays(context, builder, signature.args, arguments)
            code = Vectors(builder, context.get_data_type(image.dtype))
            pixels, vectors, target = arrays.at(0, 1), arrays.at(3, 4), arrays.at(9, 10)
            seen = _pointers(builder, pixels, vectors, size)
            totals = [cgutils.alloca_once_value(builder, code.load(target, v)) for v in range(size)]
            count = builder.sub(arguments[8], arguments[7])
            with cgutils.for_range(builder, count) as loop:
                entry = builder.add(arguments[7], loop.index)
                place, number = _entry(code, arrays, entry, arguments[2])
                for pointer, total in zip(seen, totals, strict=True):
                    patch = code.load(builder.gep(pointer, [place]), 0)
                    builder.store(code.multiply_add(number, patch, builder.load(total)), total)
            for v, total in enumerate(totals):
                code.store(builder.load(total), target, v)
            return context.get_dummy_value()

        n = types.intp
        return types.void(image, n, n, shifts, n, places, values, n, n, sums, n), codegen

    return compiled(tile, make_gather_twin(size))


def make_gather_twin(size: int) -> Callable[..., None]:
    """Return the same tile as plain loops: what its vector code must do."""
    wide = HOST.vector_bytes

    def twin(image, q, width, shifts, s, places, values, first, last, sums, o):  # type: ignore[no-untyped-def]
        lanes = wide // image.itemsize
        for v in range(size):
            for lane in range(lanes):
                for i in range(first, last):
                    pixel = image[q + places[i] * width + shifts[s + v] + lane]
                    sums[o + v * lanes + lane] += values[i] * pixel

    twin.__qualname__ += f"_{size}"  # for Numba's cache: the name of its machine code
    return twin


def make_scatter_tile(size: int) -> Callable[..., None]:
    """Return the tile image[q + places[i]·width + shifts[v]] += values[i] · weights[o + v], v in vectors.

    The tile takes what the other one does, but i goes down from `last` to `first`: then each number of the
    image gets its products in the order of the taps.
    """

    @intrinsic
    def tile(typing, image, q, width, shifts, s, places, values, first, last, weights, o):  # type: ignore[no-untyped-def]
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            arrays = Arrays(context, builder, signature.args, arguments)
            code = Vectors(builder, context.get_data_type(image.dtype))
            pixels, vectors, filters = arrays.at(0, 1), arrays.at(3, 4), arrays.at(9, 10)
            seen = _pointers(builder, pixels, vectors, size)
            taps = [code.load(filters, v) for v in range(size)]
            count = builder.sub(arguments[8], arguments[7])
            with cgutils.for_range(builder, count) as loop:
                entry = builder.sub(builder.sub(arguments[8], loop.index), I64(1))
                place, number = _entry(code, arrays, entry, arguments[2])
                for pointer, tap in zip(seen, taps, strict=True):
                    target = builder.gep(pointer, [place])
                    code.store(code.multiply_add(number, tap, code.load(target, 0)), target, 0)
            return context.get_dummy_value()

        n = types.intp
        return types.void(image, n, n, shifts, n, places, values, n, n, weights, n), codegen

    return compiled(tile, make_scatter_twin(size))


def make_scatter_twin(size: int) -> Callable[..., None]:
    """Return the same tile as plain loops."""
    wide = HOST.vector_bytes

    def twin(image, q, width, shifts, s, places, values, first, last, weights, o):  # type: ignore[no-untyped-def]
        lanes = wide // image.itemsize
        for i in range(last - 1, first - 1, -1):
            for v in range(size):
                for lane in range(lanes):
                    pixel = q + places[i] * width + shifts[s + v] + lane
                    image[pixel] += values[i] * weights[o + v * lanes + lane]

    twin.__qualname__ += f"_{size}"
    return twin


def make_sweep(make_tile: Callable[[int], Callable[..., None]]) -> Any:
    """Return what runs `make_tile`'s tiles, the widest ones first, over all vectors of a patch.

    It takes (image, q, patches, places, values, first, last, numbers, o, lanes); `numbers` from `o` on are a
    filter's sums, or its weights.
    """
    most, some, one = (make_tile(size) for size in SIZES)

    def sweep(image, q, patches, places, values, first, last, numbers, o, lanes):  # type: ignore[no-untyped-def]
        width, shifts, s = patches.width, patches.shifts, 0
        for size in patches.sizes:
            at = o + s * lanes
            if size == MOST:
                most(image, q, width, shifts, s, places, values, first, last, numbers, at)
            elif size == SOME:
                some(image, q, width, shifts, s, places, values, first, last, numbers, at)
            else:
                one(image, q, width, shifts, s, places, values, first, last, numbers, at)
            s += size

    sweep.__qualname__ += f"_{make_tile.__name__}"  # for Numba's cache: the name of its machine code
    return helper(sweep)


def _pointers(builder: Any, pixels: Any, shifts: Any, size: int) -> list[Any]:
    """Return where each vector of the first patch begins."""
    return [builder.gep(pixels, [builder.load(builder.gep(shifts, [I64(v)]))]) for v in range(size)]


def _entry(code: Vectors, arrays: Arrays, entry: Any, width: Any) -> tuple[Any, Any]:
    """Return the place of a list's entry, in numbers, and its value in all lanes."""
    place = code.index(code.builder.gep(arrays.at(5, None), [entry]))
    return code.builder.mul(place, width), code.broadcast(code.builder.gep(arrays.at(6, None), [entry]))
