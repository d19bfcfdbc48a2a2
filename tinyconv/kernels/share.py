"""How a kernel's loop is shared out: every worker calls the same machine code, each for its own turns.

    for i in share(x.size, worker, workers):

A worker gets neighbouring turns, and owns what it writes. The call that comes from Python says `ALL` instead
of a worker: then `share` lets Numba's threads call the kernel once for each worker, with the same arguments,
and no turn is left for the caller itself. So a kernel is compiled once, for one core and for all. Numba's own
`prange` takes twice the time: it compiles the loop as a function of its own, and for all cores only.
"""

from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from tinyconv.kernels.vectors import I8, I32, I64

ALL = -1

BYTES = I8.as_pointer()
INTS = I64.as_pointer()
# What Numba's threads call: pointers to arguments, for how many workers, by what each pointer moves, nothing.
CALLS = ir.FunctionType(ir.VoidType(), [BYTES.as_pointer(), INTS, INTS, BYTES])
# Who makes them call: what, and with what; how many further sizes and pointers there are, and threads.
PARALLEL_FOR = ir.FunctionType(ir.VoidType(), [BYTES, *CALLS.args, I64, I64, I32])
# How an array begins among a function's arguments: its memory's owner, its Python object, and two sizes.
ARRAY = [BYTES, BYTES, I64, I64]


@intrinsic
def _share(typing, count, worker, workers):  # type: ignore[no-untyped-def]
    """Return the turns of a worker. The kernel that asks has worker and workers as its first arguments."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        count, worker, workers = arguments
        with builder.if_then(builder.icmp_signed("==", worker, I64(ALL)), likely=False):
            call_all(builder, workers)
        mine = cgutils.create_struct_proxy(signature.return_type)(context, builder)
        mine.start, mine.stop = part_of(builder, count, worker, workers)
        mine.step = I64(1)
        return mine._getvalue()

    n = types.intp
    return types.range_state64_type(n, n, n), codegen


def _share_twin(count: int, worker: int, workers: int) -> range:
    """Do the same where there is no JIT: there, `Kernel` calls one worker after the other."""
    return range(worker * count // workers, (worker + 1) * count // workers)


share = _share_twin if numba.config.DISABLE_JIT else _share


def part_of(builder: Any, count: Any, worker: Any, workers: Any) -> tuple[Any, Any]:
    """Return a worker's first turn, and the one behind its last; none for `ALL`."""
    first = builder.select(builder.icmp_signed("==", worker, I64(ALL)), I64(0), worker)
    ends = first, builder.add(worker, I64(1))
    start, stop = (builder.udiv(builder.mul(count, end), workers) for end in ends)
    return start, stop


def call_all(builder: Any, workers: Any) -> None:
    """Call the function that is being written once for each worker, at once; raise what one of them raises.

    Each thread gets two pointers: to what the function itself was called with, and a null pointer that moves
    by one byte from worker to worker, and so is the worker's number.
    """
    kernel = builder.function
    kernel.attributes.add("noinline")  # all that there is of it is called from several places
    called_with = _pack(builder, kernel)
    arguments, steps = cgutils.alloca_once(builder, BYTES, size=2), cgutils.alloca_once(builder, I64, size=2)
    for number, (argument, step) in enumerate([(builder.bitcast(called_with, BYTES), 0), (BYTES(None), 1)]):
        builder.store(argument, builder.gep(arguments, [I64(number)]))
        builder.store(I64(step), builder.gep(steps, [I64(number)]))
    count = cgutils.alloca_once_value(builder, workers)
    parallel_for = cgutils.get_or_insert_function(builder.module, PARALLEL_FOR, "numba_parallel_for")
    calls = builder.bitcast(_write_calls(builder.module, kernel, called_with.type), BYTES)
    numbers = I64(0), I64(2), builder.trunc(workers, I32)
    builder.call(parallel_for, [calls, arguments, count, steps, BYTES(None), *numbers])
    status, error = (builder.load(_field(builder, called_with, field)) for field in (0, 1))
    with builder.if_then(builder.icmp_signed(">", status, I32(0)), likely=False):
        builder.store(error, kernel.args[1])
        builder.ret(status)


def _pack(builder: Any, kernel: Any) -> Any:
    """Return a pointer to the kernel's arguments, side by side.

    Numba's first two of them are where a result and an error belong; here these are the status and the error
    of a worker that fails. Arrays come without an owner: the caller's own reference outlives all workers, and
    threads that count references to the same memory would wait for each other.
    """
    failure = I32(0), kernel.args[1].type.pointee(None)
    kinds = [value.type for value in kernel.args]
    owned = (kinds[i : i + len(ARRAY)] == ARRAY for i in range(len(kinds)))
    others = [
        BYTES(None) if has_owner else value for has_owner, value in zip(owned, kernel.args, strict=True)
    ]
    values = *failure, *others[2:]
    packed = cgutils.alloca_once(builder, ir.LiteralStructType([value.type for value in values]))
    for field, value in enumerate(values):
        builder.store(value, _field(builder, packed, field))
    return packed


def _write_calls(module: Any, kernel: Any, packed: Any) -> Any:
    """Return a new function that calls the kernel for some workers, with arguments of the type `packed`."""
    calls = ir.Function(module, CALLS, f"{kernel.name}.calls")
    calls.linkage = "internal"
    builder = ir.IRBuilder(calls.append_basic_block())
    arguments, count, _, _ = calls.args
    called_with = builder.bitcast(builder.load(arguments), packed)
    first = builder.ptrtoint(builder.load(builder.gep(arguments, [I64(1)])), I64)
    result, error = (cgutils.alloca_once(builder, kernel.args[i].type.pointee) for i in (0, 1))
    with cgutils.for_range(builder, builder.load(count)) as loop:
        worker = builder.add(first, loop.index)
        others = (builder.load(_field(builder, called_with, field)) for field in range(3, len(kernel.args)))
        status = builder.call(kernel, [result, error, worker, *others])
        with builder.if_then(builder.icmp_signed(">", status, I32(0)), likely=False):
            builder.store(builder.load(error), _field(builder, called_with, 1))
            builder.store(status, _field(builder, called_with, 0))
    builder.ret_void()
    return calls


def _field(builder: Any, packed: Any, field: int) -> Any:
    return builder.gep(packed, [I32(0), I32(field)])
