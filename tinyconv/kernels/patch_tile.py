"""Two tiles for gradients that are zero almost everywhere: they visit the places where something is.

Behind a max-pool, one pixel of each window has a gradient. For the weights, a filter gathers its number times
the patch of the image that it saw there, over all of its places. For the image, a place scatters the filters
that have a number there over that patch. A patch is `size` vectors, each `shifts[v]` from the patch's first
number; the sums of all of them stay in registers while the tile goes through its list.

Products are added up in the order of the list; those with zero are left out, which changes no bit of a sum.
"""

from collections.abc import Callable
from typing import Any

from numba.core import cgutils, types
from numba.extending import intrinsic

from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import inlined
from tinyconv.kernels.tile import Arrays, compiled
from tinyconv.kernels.vectors import I64, Vectors

SIZES = MOST, SOME, _ = 9, 3, 1  # vectors of a patch that a tile takes


def make_gather_tile(size: int) -> Callable[..., None]:
    """Return the tile sums[o + v] += Σᵢ values[i] · image[q + places[i]·step + shifts[v]], v in vectors.

    The tile takes (image, q, step, shifts, s, places, values, first, last, sums, o): flat arrays, each with
    the index at which its part begins; i goes up from `first` to `last`. It is called from compiled code.
    """
    return _make_tile(size, make_gather_twin(size), scatters=False)


def make_scatter_tile(size: int) -> Callable[..., None]:
    """Return the tile image[q + shifts[v]] += Σᵢ values[i] · weights[o + places[i]·step + v], v in vectors.

    The tile takes what the other one does, with weights for sums. The patch's vectors must not overlap.
    """
    return _make_tile(size, make_scatter_twin(size), scatters=True)


def _make_tile(size: int, twin: Callable[..., None], scatters: bool) -> Callable[..., None]:
    @intrinsic
    def tile(typing, image, q, step, shifts, s, places, values, first, last, others, o):  # type: ignore[no-untyped-def]
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            arrays = Arrays(context, builder, signature.args, arguments)
            code = Vectors(builder, context.get_data_type(image.dtype))
            pixels, vectors = arrays.at(0, 1), arrays.at(3, 4)
            patch = [builder.gep(pixels, [builder.load(builder.gep(vectors, [I64(v)]))]) for v in range(size)]
            row = [builder.gep(arrays.at(9, 10), [I64(v * code.lanes)]) for v in range(size)]
            sources, targets = (row, patch) if scatters else (patch, row)
            totals = [cgutils.alloca_once_value(builder, code.load(target, 0)) for target in targets]
            with code.steps(builder.sub(arguments[8], arguments[7]), size) as i:
                entry = builder.add(arguments[7], i)
                place = builder.mul(code.index(builder.gep(arrays.at(5, None), [entry])), arguments[2])
                number = code.broadcast(builder.gep(arrays.at(6, None), [entry]))
                for source, total in zip(sources, totals, strict=True):
                    vector = code.load(builder.gep(source, [place]), 0)
                    builder.store(code.multiply_add(number, vector, builder.load(total)), total)
            for total, target in zip(totals, targets, strict=True):
                code.store(builder.load(total), target, 0)
            return context.get_dummy_value()

        n = types.intp
        return types.void(image, n, n, shifts, n, places, values, n, n, others, n), codegen

    return compiled(tile, twin)


def make_gather_twin(size: int) -> Callable[..., None]:
    """Return the gathering tile as plain loops: what its vector code must do."""
    wide = HOST.vector_bytes

    def twin(image, q, step, shifts, s, places, values, first, last, sums, o):  # type: ignore[no-untyped-def]
        lanes = wide // image.itemsize
        for v in range(size):
            for lane in range(lanes):
                for i in range(first, last):
                    pixel = image[q + places[i] * step + shifts[s + v] + lane]
                    sums[o + v * lanes + lane] += values[i] * pixel

    twin.__qualname__ += f"_{size}"  # for Numba's cache: the name of its machine code
    return twin


def make_scatter_twin(size: int) -> Callable[..., None]:
    """Return the scattering tile as plain loops."""
    wide = HOST.vector_bytes

    def twin(image, q, step, shifts, s, places, values, first, last, weights, o):  # type: ignore[no-untyped-def]
        lanes = wide // image.itemsize
        for v in range(size):
            for lane in range(lanes):
                for i in range(first, last):
                    weight = weights[o + places[i] * step + v * lanes + lane]
                    image[q + shifts[s + v] + lane] += values[i] * weight

    twin.__qualname__ += f"_{size}"
    return twin


def make_sweep(make_tile: Callable[[int], Callable[..., None]]) -> Any:
    """Return what runs `make_tile`'s tiles, the widest ones first, over all vectors of a patch.

    It takes (image, q, step, patches, places, values, first, last, others, o, lanes): from `o` on, the others
    are a filter's sums, or the weights of some filters.
    """
    most, some, one = (make_tile(size) for size in SIZES)

    def sweep(image, q, step, patches, places, values, first, last, others, o, lanes):  # type: ignore[no-untyped-def]
        shifts, s = patches.shifts, 0
        for size in patches.sizes:
            at = o + s * lanes
            if size == MOST:
                most(image, q, step, shifts, s, places, values, first, last, others, at)
            elif size == SOME:
                some(image, q, step, shifts, s, places, values, first, last, others, at)
            else:
                one(image, q, step, shifts, s, places, values, first, last, others, at)
            s += size

    sweep.__qualname__ += f"_{make_tile.__name__}"  # for Numba's cache: the name of its machine code
    return inlined(sweep)
