"""The turns of a kernel's loop, handed out while it runs: whoever is done early takes over what others have.

    for task in turns(len(x), worker, workers):

A worker begins with its share, neighbouring turns, and finds in its cache what the one before has read. But
no two cores are equally fast for long: other programs want them too, and some processors have slow ones on
purpose. Then all would wait for one. So who has no turns left takes another's last one, while there is any.
Who does what never changes the bits, as every turn owns what it writes.
"""

from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.imputils import RefType, iternext_impl
from numba.extending import intrinsic, lower_builtin, models, register_model

from tinyconv.kernels.share import ALL, call_all, part_of, share
from tinyconv.kernels.threads import MOST
from tinyconv.kernels.vectors import I64

LINE = 8  # numbers: each worker's is alone in a line of the cache, so nobody waits for who looks at another's
HALF = 32  # bits: of such a number the first turn that is left, and the one behind the last


class Turns(types.SimpleIteratorType):  # type: ignore[name-defined]
    """What `turns` returns, as Numba sees it."""

    def __init__(self) -> None:
        super().__init__("turns", yield_type=types.intp)


@register_model(Turns)
class _Model(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        n = types.intp
        own = types.EphemeralPointer(n)  # type: ignore[attr-defined]
        super().__init__(manager, kind, [("next", own), ("stop", n), ("worker", n), ("workers", n)])


@intrinsic
def _turns(typing, count, worker, workers):  # type: ignore[no-untyped-def]
    """Return the turns of a worker. The kernel that asks has worker and workers as its first arguments."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        count, worker, workers = arguments
        with builder.if_then(builder.icmp_signed("==", worker, I64(ALL)), likely=False):
            with cgutils.for_range(builder, workers) as loop:
                first, stop = part_of(builder, count, loop.index, workers)
                builder.store(builder.or_(first, builder.shl(stop, I64(HALF))), _left_to(builder, loop.index))
            call_all(builder, workers)
        state = cgutils.create_struct_proxy(signature.return_type)(context, builder)
        first, state.stop = part_of(builder, count, worker, workers)
        state.next = cgutils.alloca_once_value(builder, first)
        state.worker, state.workers = worker, workers
        return state._getvalue()

    n = types.intp
    return Turns()(n, n, n), codegen


turns = share if numba.config.DISABLE_JIT else _turns


@lower_builtin("iternext", Turns)
@iternext_impl(RefType.UNTRACKED)
def _next_turn(context: Any, builder: Any, signature: Any, arguments: Any, result: Any) -> None:
    """Yield the next turn of one's own, alone; among several, one of those that are left to anybody."""
    state = cgutils.create_struct_proxy(signature.args[0])(context, builder, value=arguments[0])
    turn, is_one = cgutils.alloca_once(builder, I64), cgutils.alloca_once(builder, ir.IntType(1))
    with builder.if_else(builder.icmp_signed("==", state.workers, I64(1))) as (alone, together):
        with alone:
            own = builder.load(state.next)
            builder.store(builder.add(own, I64(1)), state.next)
            builder.store(own, turn)
            builder.store(builder.icmp_signed("<", own, state.stop), is_one)
        with together:
            taken = builder.call(_take(builder.module), [state.worker, state.workers])
            builder.store(taken, turn)
            builder.store(builder.icmp_signed(">=", taken, I64(0)), is_one)
    result.set_valid(builder.load(is_one))
    result.yield_(builder.load(turn))


def _take(module: Any) -> Any:
    """Return the function (worker, workers) that takes a turn: one's own first, others' last; −1 for none."""
    name = "tinyconv.take"
    if name in module.globals:
        return module.globals[name]
    function = ir.Function(module, ir.FunctionType(I64, [I64, I64]), name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    worker, workers = function.args
    builder = ir.IRBuilder(function.append_basic_block())
    with cgutils.for_range(builder, workers) as loop:
        place = _left_to(builder, builder.urem(builder.add(worker, loop.index), workers))
        attempt, some, none = (function.append_basic_block(name) for name in ("attempt", "some", "none"))
        builder.branch(attempt)
        builder.position_at_end(attempt)
        left = builder.load_atomic(place, "monotonic", align=8)
        first, stop = builder.and_(left, I64((1 << HALF) - 1)), builder.lshr(left, I64(HALF))
        builder.cbranch(builder.icmp_unsigned("<", first, stop), some, none)
        builder.position_at_end(some)
        is_own = builder.icmp_unsigned("==", loop.index, I64(0))
        turn = builder.select(is_own, first, builder.sub(stop, I64(1)))
        rest = builder.select(is_own, builder.add(left, I64(1)), builder.sub(left, I64(1 << HALF)))
        swapped = builder.cmpxchg(place, left, rest, "monotonic", "monotonic")
        with builder.if_then(builder.extract_value(swapped, 1)):
            builder.ret(turn)
        builder.branch(attempt)  # again: somebody was faster
        builder.position_at_end(none)
    builder.ret(I64(-1))
    return function


def _left_to(builder: Any, worker: Any) -> Any:
    """Return a pointer to what is left to a worker.

    One kernel has one board for all of its calls, as `threads.permit` lets only one of them have all cores.
    """
    module, name = builder.module, "tinyconv.left"
    if name not in module.globals:
        kind = ir.ArrayType(I64, MOST * LINE)
        board = ir.GlobalVariable(module, kind, name)
        board.linkage, board.initializer, board.align = "internal", kind(None), LINE * 8
    return builder.gep(module.globals[name], [I64(0), builder.mul(worker, I64(LINE))])
