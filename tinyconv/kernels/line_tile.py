"""The tile that copies rows of an image into lines, with zeros where a line reaches beyond the image."""

from collections.abc import Callable
from typing import Any

from numba.core import cgutils, types
from numba.extending import intrinsic

from tinyconv.kernels.tile import Arrays, compiled
from tinyconv.kernels.vectors import I64, Vectors

STEPS = 1, 2, 4  # numbers from one that is taken to the next, for which there is code of its own


def make_line_tile(steps: tuple[int, ...] = STEPS, asks_to_write: bool = False) -> Callable[..., None]:
    """Return the tile that fills `count` lines of `length` numbers, the first at lines[o].

    Number j of line i is image[s + i·down + j·across] where start ≤ j < stop; elsewhere it is 0, and nothing
    is read. It goes to lines[o + i·pitch + j]. The tile takes (image, s, down, across, lines, o, pitch,
    start, stop, length, count, ahead). With only one of the `steps`, `across` is always that: less to
    compile. Each vector asks for what lies `ahead` of what it reads, in numbers; if it `asks_to_write`, of
    what it writes: a processor reads a line before it writes a part of it, and waits for those in no cache.
    """

    @intrinsic
    def tile(typing, image, s, down, across, lines, o, pitch, start, stop, length, count, ahead):  # type: ignore[no-untyped-def]
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            arrays = Arrays(context, builder, signature.args, arguments)
            code = Vectors(builder, context.get_data_type(image.dtype))
            (down, across), (pitch, start, stop, length) = arguments[2:4], arguments[6:10]
            pixels, target = arrays.at(0, 1), arrays.at(4, 5)
            vectors = code.vectors_of(length)
            with cgutils.for_range(builder, arguments[10]) as i, cgutils.for_range(builder, vectors) as v:
                first = builder.mul(v.index, I64(code.lanes))
                source = builder.gep(pixels, [builder.mul(i.index, down)])
                place = builder.gep(target, [builder.add(builder.mul(i.index, pitch), first)])
                value = _value(code, source, across, steps, (first, start, stop))
                code.store_where(code.below(first, length), value, place)
                known = place if asks_to_write else builder.gep(source, [builder.mul(first, across)])
                code.prefetch(builder.gep(known, [arguments[11]]), 0)
            return context.get_dummy_value()

        n = types.intp
        return types.void(image, n, n, n, lines, n, n, n, n, n, n, n), codegen

    return compiled(tile, line_twin)


def _value(code: Vectors, line: Any, across: Any, steps: tuple[int, ...], numbers: tuple[Any, ...]) -> Any:
    """Return a vector of a line: by the code for its step, or one number after the other."""
    if len(steps) == 1:
        return _picked(code, line, steps[0], *numbers)
    builder = code.builder
    value = cgutils.alloca_once(builder, code.kind)
    other, after = builder.append_basic_block("other"), builder.append_basic_block("after")
    choice = builder.switch(across, other)
    for step in steps:
        known = builder.append_basic_block(f"step{step}")
        choice.add_case(I64(step), known)
        with builder.goto_block(known):
            builder.store(_picked(code, line, step, *numbers), value)
            builder.branch(after)
    with builder.goto_block(other):
        builder.store(_gathered(code, line, across, *numbers), value)
        builder.branch(after)
    builder.position_at_end(after)
    return builder.load(value)


def _picked(code: Vectors, line: Any, step: int, first: Any, start: Any, stop: Any) -> Any:
    """Return every `step`-th number from first·step on, for those from `start` to `stop` − 1, and zeros.

    That many neighbouring vectors are loaded, and half of their numbers dropped until one vector is left.
    """
    builder, loaded = code.builder, []
    begin, end = builder.mul(start, I64(step)), builder.mul(stop, I64(step))
    for vector in range(step):
        place = builder.add(builder.mul(first, I64(step)), I64(vector * code.lanes))
        inside = code.between(code.numbers(place, I64(1)), begin, builder.sub(end, I64(step - 1)))
        loaded.append(code.load_where(inside, builder.gep(line, [place])))
    while len(loaded) > 1:
        loaded = [code.every_other(loaded[i], loaded[i + 1], 0) for i in range(0, len(loaded), 2)]
    return loaded[0]


def _gathered(code: Vectors, line: Any, step: Any, first: Any, start: Any, stop: Any) -> Any:
    """Return the same one by one, for a step that is known only when it runs."""
    inside = code.between(code.numbers(first, I64(1)), start, stop)
    return code.gather_where(inside, code.builder.gep(line, [code.builder.mul(first, step)]), step)


def line_twin(image, s, down, across, lines, o, pitch, start, stop, length, count, ahead):  # type: ignore[no-untyped-def]
    """Do the same in plain loops."""
    for i in range(count):
        for j in range(length):
            lines[o + i * pitch + j] = image[s + i * down + j * across] if start <= j < stop else 0
