"""The register tile: a small matrix product whose sums stay in registers, written as LLVM vector IR.

A tile makes ROWS × (`vectors` · lanes) sums at a time. For each step it loads `vectors` vectors of one
operand, and copies one number of each of ROWS rows of the other into all lanes of a register: that are
ROWS · `vectors` multiply-adds for ROWS + `vectors` loads. With 8 rows and 3 vectors that keeps the
multipliers busy. The rows are the filters, read where they are: so many streams of neighbours are what a
processor guesses best. But none guesses that hundreds of lines are read a few vectors at a time, so each step
also asks for what lies `ahead` in its line: on a large image that is worth up to four times the speed.

Every sum is added up in the order of the steps, so the size of a tile never changes the bits.

There are two tiles. `make_tile` serves the forward pass and the gradient of the images: its vectors are
shifted lines of an image. `make_outer_tile` serves the gradient of the weights: a sum over pixels, whose
vectors are the filters.
"""

from collections.abc import Callable
from typing import Any

import numba
from numba.core import cgutils, types
from numba.extending import intrinsic

from tinyconv.kernels.host import HOST
from tinyconv.kernels.vectors import I64, Vectors

ROWS = 8 if HOST.registers >= 32 else 4  # 8×3 sums, 3 vectors and 1 broadcast: 28 of 32 registers
WIDEST = 3  # vectors: fewer columns than such a tile has may be overrun, by less than a vector


def rows_for(count: int) -> int:
    """Return the rows of the tile that suits `count` filters: a full tile, or half of one."""
    return ROWS if count > ROWS // 2 else ROWS // 2


def make_tile(vectors: int, rows: int = ROWS) -> Callable[..., None]:
    """Return the tile out[m, v] = bias[m] + Σₖ filters[m, k] · image[shifts[k] + v].

    The tile takes (filters, p, image, q, shifts, bias, b, out, o, ld, ahead): flat arrays, each with the
    index at which its part begins, the distance of two rows of `out`, and the distance of each vector that it
    reads to the one that it asks for. It is called from compiled code.
    """

    @intrinsic
    def tile(typing, filters, p, image, q, shifts, bias, b, out, o, ld, ahead):  # type: ignore[no-untyped-def]
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            arrays = Arrays(context, builder, signature.args, arguments)
            code = Vectors(builder, context.get_data_type(image.dtype))
            places = (0, 1), (2, 3), (4, None), (5, 6), (7, 8)
            weights, pixels, taps, offsets, target = (arrays.at(array, start) for array, start in places)
            steps = arrays.size(4)
            own = [builder.gep(weights, [builder.mul(steps, I64(m))]) for m in range(rows)]
            first = [code.broadcast(builder.gep(offsets, [I64(m)])) for m in range(rows)]
            sums = _sums(code, [[number] * vectors for number in first])
            with code.steps(steps, rows * vectors) as k:
                line = builder.gep(pixels, [builder.load(builder.gep(taps, [k]))])
                _add_products(code, sums, [builder.gep(row, [k]) for row in own], line)
                distant = builder.gep(line, [arguments[10]])
                for vector in range(vectors):
                    code.prefetch(distant, vector)
            _store(code, sums, target, arguments[9])
            return context.get_dummy_value()

        n = types.intp
        return types.void(filters, n, image, n, shifts, bias, n, out, n, n, n), codegen

    return compiled(tile, make_twin(vectors, rows))


def make_twin(vectors: int, rows: int = ROWS) -> Callable[..., None]:
    """Return the same tile as plain loops: what its vector code must do."""
    width = vectors * HOST.vector_bytes

    def twin(filters, p, image, q, shifts, bias, b, out, o, ld, ahead):  # type: ignore[no-untyped-def]
        for m in range(rows):
            for v in range(width // image.itemsize):
                out[o + m * ld + v] = bias[b + m]
                for k in range(shifts.size):
                    out[o + m * ld + v] += filters[p + m * shifts.size + k] * image[q + shifts[k] + v]

    twin.__qualname__ += f"_{vectors}_{rows}"  # for Numba's cache: the name of its machine code
    return twin


def make_outer_tile(vectors: int) -> Callable[..., None]:
    """Return the tile out[m, v] += Σᵢ Σⱼ image[shifts[s + m] + i·line + j] · made[(i·cols + j)·step + v].

    The tile takes (image, q, shifts, s, line, made, r, step, rows, cols, out, o, ld), as `make_tile` does.
    """

    @intrinsic
    def tile(typing, image, q, shifts, s, line, made, r, step, rows, cols, out, o, ld):  # type: ignore[no-untyped-def]
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            arrays = Arrays(context, builder, signature.args, arguments)
            code = Vectors(builder, context.get_data_type(made.dtype))
            line, step, rows, cols, ld = (arguments[i] for i in (4, 7, 8, 9, 12))
            pixels, taps, gradients, target = (arrays.at(i, j) for i, j in ((0, 1), (2, 3), (5, 6), (10, 11)))
            seen = [builder.gep(pixels, [builder.load(builder.gep(taps, [I64(m)]))]) for m in range(ROWS)]
            lines = [builder.gep(target, [builder.mul(ld, I64(m))]) for m in range(ROWS)]
            sums = _sums(code, [[code.load(row, vector) for vector in range(vectors)] for row in lines])
            with cgutils.for_range(builder, rows) as i, code.steps(cols, ROWS * vectors) as j:
                pixel = builder.add(builder.mul(i.index, line), j)
                numbers = [builder.gep(tap, [pixel]) for tap in seen]
                place = builder.mul(builder.add(builder.mul(i.index, cols), j), step)
                _add_products(code, sums, numbers, builder.gep(gradients, [place]))
            _store(code, sums, target, ld)
            return context.get_dummy_value()

        n = types.intp
        return types.void(image, n, shifts, n, n, made, n, n, n, n, out, n, n), codegen

    return compiled(tile, make_outer_twin(vectors))


def make_outer_twin(vectors: int) -> Callable[..., None]:
    """Return the same tile as plain loops."""
    wide = vectors * HOST.vector_bytes

    def twin(image, q, shifts, s, line, made, r, step, rows, cols, out, o, ld):  # type: ignore[no-untyped-def]
        for m in range(ROWS):
            for v in range(wide // made.itemsize):
                for i in range(rows):
                    for j in range(cols):
                        pixel = image[q + shifts[s + m] + i * line + j]
                        out[o + m * ld + v] += pixel * made[r + (i * cols + j) * step + v]

    twin.__qualname__ += f"_{vectors}"
    return twin


def compiled(tile: Callable[..., Any], twin: Callable[..., Any]) -> Callable[..., Any]:
    """Return the twin where there is no JIT, or where indices shall be checked: raw pointers check none."""
    if numba.config.DISABLE_JIT:
        return twin
    return numba.njit(twin) if numba.config.BOUNDSCHECK else tile


class Arrays:
    """The array arguments of an intrinsic, as raw pointers."""

    def __init__(self, context: Any, builder: Any, kinds: Any, arguments: Any) -> None:
        self.context, self.builder, self.kinds, self.arguments = context, builder, kinds, arguments

    def at(self, array: int, start: int | None) -> Any:
        """Return a pointer into argument number `array`, at the index that argument number `start` gives."""
        begin = I64(0) if start is None else self.arguments[start]
        return self.builder.gep(self._struct(array).data, [begin])

    def size(self, array: int) -> Any:
        """Return the length of a one-dimensional array."""
        return self.builder.extract_value(self._struct(array).shape, 0)

    def _struct(self, array: int) -> Any:
        return self.context.make_array(self.kinds[array])(self.context, self.builder, self.arguments[array])


def _sums(code: Vectors, values: list[list[Any]]) -> list[list[Any]]:
    """Return variables for the sums, which LLVM puts into registers, and with which values they begin."""
    return [[cgutils.alloca_once_value(code.builder, value) for value in row] for row in values]


def _add_products(code: Vectors, sums: list[list[Any]], numbers: list[Any], line: Any) -> None:
    """Add numbers[m] · line[v] to every sum."""
    builder = code.builder
    loaded = [code.load(line, vector) for vector in range(len(sums[0]))]
    for pointer, row in zip(numbers, sums, strict=True):
        number = code.broadcast(pointer)
        for values, total in zip(loaded, row, strict=True):
            builder.store(code.multiply_add(number, values, builder.load(total)), total)


def _store(code: Vectors, sums: list[list[Any]], out: Any, ld: Any) -> None:
    for m, row in enumerate(sums):
        target = code.builder.gep(out, [code.builder.mul(ld, I64(m))])
        for vector, total in enumerate(row):
            code.store(code.builder.load(total), target, vector)
