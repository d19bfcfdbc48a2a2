"""The few vector instructions that a tile is made of, as LLVM IR."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba.core import cgutils

from tinyconv.kernels.host import HOST

I8, I32, I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)


class Vectors:
    """Writes instructions on vectors of `number`, float or double, as wide as this processor's registers."""

    def __init__(self, builder: Any, number: Any) -> None:
        self.builder = builder
        self.bits = 64 if isinstance(number, ir.DoubleType) else 32
        self.lanes = HOST.lanes(self.bits // 8)
        self.kind = ir.VectorType(number, self.lanes)

    @contextmanager
    def steps(self, count: Any, sums: int) -> Iterator[Any]:
        """Loop `count` times over what adds to so many sums in registers, and yield the number of each turn.

        Where they fill a quarter of the registers or more, LLVM must not do two turns at once: it does for
        some processors, and loads so much ahead that sums go to memory, which costs two thirds of the speed.
        """
        with cgutils.for_range(self.builder, count) as loop:
            yield loop.index
        if 4 * sums >= HOST.registers:
            _, back = loop.index.incomings[-1]
            back.terminator.set_metadata("llvm.loop", self._rolled())

    def _rolled(self) -> Any:
        """Return what forbids LLVM to unroll a loop: such a node names itself before its hints."""
        module = self.builder.module
        hint = module.add_metadata(["llvm.loop.unroll.disable"])
        node = module.add_metadata([hint, hint])
        node.operands = (node, hint)
        return node

    def zero(self) -> Any:
        """Return a vector of zeros."""
        return ir.Constant(self.kind, [0.0] * self.lanes)

    def load(self, pointer: Any, vector: int) -> Any:
        """Load the vector that lies `vector` vectors behind a pointer to a number."""
        return self.builder.load(self._at(pointer, vector), align=self.bits // 8)

    def store(self, value: Any, pointer: Any, vector: int) -> None:
        """Store the vector that lies `vector` vectors behind a pointer to a number."""
        self.builder.store(value, self._at(pointer, vector), align=self.bits // 8)

    def every_other(self, low: Any, high: Any, first: int) -> Any:
        """Return every second number of two vectors, from number `first` on: 0 or 1."""
        return self.builder.shuffle_vector(
            low, high, self._lanes([2 * lane + first for lane in range(self.lanes)])
        )

    def vectors_of(self, count: Any) -> Any:
        """Return how many vectors hold `count` numbers."""
        return self.builder.udiv(self.builder.add(count, I64(self.lanes - 1)), I64(self.lanes))

    def below(self, first: Any, count: Any) -> Any:
        """Return which lanes of a vector that begins with number `first` are below `count`."""
        return self.builder.icmp_signed("<", self.numbers(first, I64(1)), self.spread(count))

    def between(self, numbers: Any, low: Any, high: Any) -> Any:
        """Return which lanes of a vector of numbers are at least `low`, and below `high`."""
        return self.builder.and_(
            self.builder.icmp_signed(">=", numbers, self.spread(low)),
            self.builder.icmp_signed("<", numbers, self.spread(high)),
        )

    def load_where(self, chosen: Any, pointer: Any) -> Any:
        """Load the chosen lanes of the vector of numbers, or bytes, at a pointer, and zeros into the others.

        Those are not read.
        """
        kind, name, align = self._masked(pointer.type.pointee)
        place = self.builder.bitcast(pointer, kind.as_pointer())
        signature = ir.FunctionType(kind, [place.type, I32, chosen.type, kind])
        load = cgutils.get_or_insert_function(self.builder.module, signature, f"llvm.masked.load.{name}.p0")
        return self.builder.call(load, [place, align, chosen, ir.Constant(kind, None)])

    def gather_where(self, chosen: Any, pointer: Any, step: Any) -> Any:
        """Load every `step`-th number from a pointer on into the chosen lanes, and zeros into the others."""
        builder = self.builder
        start = builder.ptrtoint(pointer, I64)
        bytes_ = builder.mul(step, I64(self.bits // 8))
        places = ir.Constant(ir.VectorType(I64, self.lanes), ir.Undefined)
        for lane in range(self.lanes):
            place = builder.add(start, builder.mul(bytes_, I64(lane)))
            places = builder.insert_element(places, place, I32(lane))
        pointers = builder.inttoptr(places, ir.VectorType(pointer.type, self.lanes))
        kind = ir.FunctionType(self.kind, [pointers.type, I32, chosen.type, self.kind])
        name = f"llvm.masked.gather.{self._name(self.kind.element)}.v{self.lanes}p0"
        gather = cgutils.get_or_insert_function(builder.module, kind, name)
        return builder.call(gather, [pointers, I32(self.bits // 8), chosen, self.zero()])

    def store_where(self, chosen: Any, value: Any, pointer: Any) -> None:
        """Store the chosen lanes of a vector where they belong; the others are left alone."""
        kind, name, align = self._masked(value.type.element)
        place = self.builder.bitcast(pointer, kind.as_pointer())
        signature = ir.FunctionType(ir.VoidType(), [kind, place.type, I32, chosen.type])
        store = cgutils.get_or_insert_function(self.builder.module, signature, f"llvm.masked.store.{name}.p0")
        self.builder.call(store, [value, place, align, chosen])

    def _masked(self, number: Any) -> tuple[Any, str, Any]:
        """Return the vector of such numbers, its name, and the bytes of one."""
        size = 1 if number == I8 else self.bits // 8
        return self._kind(number), self._name(number), I32(size)

    def _name(self, number: Any) -> str:
        """Return LLVM's name for a vector of such numbers."""
        width = f"i{number.width}" if isinstance(number, ir.IntType) else f"f{self.bits}"
        return f"v{self.lanes}{width}"

    def paired(self, first: Any, second: Any) -> tuple[Any, Any]:
        """Return two vectors of pairs, of the numbers of two vectors: what `load_pairs` takes apart."""
        low, high = (
            [lane // 2 + lane % 2 * self.lanes + half * self.lanes // 2 for lane in range(self.lanes)]
            for half in (0, 1)
        )
        return tuple(
            self.builder.shuffle_vector(first, second, self._lanes(numbers)) for numbers in (low, high)
        )

    def spread_byte(self, number: Any) -> Any:
        """Copy a whole number, as a byte, into all lanes."""
        return self.builder.trunc(self.spread(number), self._kind(I8))

    def prefetch(self, pointer: Any, vector: int) -> None:
        """Ask for the vector that lies `vector` vectors behind a pointer: it may lie outside of any array."""
        byte = self.builder.bitcast(self._at(pointer, vector), ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [byte.type, I32, I32, I32])
        prefetch = cgutils.get_or_insert_function(self.builder.module, kind, "llvm.prefetch.p0i8")
        self.builder.call(prefetch, [byte, I32(0), I32(3), I32(1)])  # to read, into every level, data

    def load_pairs(self, pointer: Any) -> tuple[Any, Any]:
        """Load two vectors of pairs; return the first number of each pair, and the second of each."""
        low, high = self.load(pointer, 0), self.load(pointer, 1)
        return self.every_other(low, high, 0), self.every_other(low, high, 1)

    def bytes(self, value: int) -> ir.Constant:
        """Return a vector of equal bytes."""
        return ir.Constant(self._kind(I8), [value] * self.lanes)

    def turned(self, rows: list[Any]) -> list[Any]:
        """Return the columns of a square of `lanes` vectors, as vectors.

        Blocks of 1, then of 2, 4, … numbers change places across the diagonal.
        """
        block = 1
        while block < self.lanes:
            lane = range(self.lanes)
            upper = self._lanes([i + self.lanes - block if i & block else i for i in lane])
            lower = self._lanes([i + self.lanes if i & block else i + block for i in lane])
            pairs = [(i, i + block) for i in lane if not i & block]
            for i, j in pairs:
                one, other = rows[i], rows[j]
                rows[i] = self.builder.shuffle_vector(one, other, upper)
                rows[j] = self.builder.shuffle_vector(one, other, lower)
            block *= 2
        return rows

    def _lanes(self, numbers: list[int]) -> ir.Constant:
        return ir.Constant(self._kind(I32), numbers)

    def load_bytes(self, pointer: Any) -> Any:
        """Load a vector of bytes, as whole numbers of 32 bits."""
        kind = self._kind(I8)
        packed = self.builder.load(self.builder.bitcast(pointer, kind.as_pointer()), align=1)
        return self.builder.zext(packed, self._kind(I32))

    def index(self, pointer: Any) -> Any:
        """Load a whole number of 32 bits as one of 64: Numba computes with those."""
        return self.builder.sext(self.builder.load(pointer), I64)

    def numbers(self, start: Any, step: Any) -> Any:
        """Return the 32-bit numbers start, start + step, … , one for each lane."""
        lane = ir.Constant(self._kind(I32), list(range(self.lanes)))
        return self.builder.add(self.spread(start), self.builder.mul(lane, self.spread(step)))

    def spread(self, number: Any) -> Any:
        """Copy a whole number, as one of 32 bits, into all lanes."""
        return self._copied(self.builder.trunc(number, I32))

    def store_chosen(self, value: Any, chosen: Any, pointer: Any) -> None:
        """Store the chosen lanes side by side; what is behind them in the vector holds anything."""
        builder, kind = self.builder, value.type
        flags = ir.VectorType(ir.IntType(1), self.lanes)
        name = f"llvm.experimental.vector.compress.{self._name(kind.element)}"
        compress = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(kind, [kind, flags, kind]), name
        )
        packed = builder.call(compress, [value, chosen, ir.Constant(kind, ir.Undefined)])
        place = builder.bitcast(pointer, kind.as_pointer())
        builder.store(packed, place, align=4)

    def count(self, chosen: Any) -> Any:
        """Return how many lanes are chosen."""
        kind = ir.IntType(self.lanes)
        bits = self.builder.bitcast(chosen, kind)
        return self.builder.zext(self.builder.ctpop(bits), I64)

    def any(self, chosen: Any) -> Any:
        """Return whether any lane is chosen."""
        return self.builder.icmp_unsigned("!=", self.count(chosen), I64(0))

    def _kind(self, number: Any) -> ir.VectorType:
        return ir.VectorType(number, self.lanes)

    def broadcast(self, pointer: Any) -> Any:
        """Load one number, and copy it into all lanes."""
        return self._copied(self.builder.load(pointer))

    def _copied(self, number: Any) -> Any:
        """Copy a number into all lanes."""
        anything = ir.Constant(self._kind(number.type), ir.Undefined)
        first = self.builder.insert_element(anything, number, I32(0))
        return self.builder.shuffle_vector(first, anything, self._lanes([0] * self.lanes))

    def multiply_add(self, a: Any, b: Any, total: Any) -> Any:
        """Return a·b + total, rounded once where the processor can."""
        if not HOST.has_fma:
            return self.builder.fadd(self.builder.fmul(a, b), total)
        kind = ir.FunctionType(self.kind, [self.kind] * 3)
        name = f"llvm.fma.v{self.lanes}f{self.bits}"
        return self.builder.call(
            cgutils.get_or_insert_function(self.builder.module, kind, name), [a, b, total]
        )

    def _at(self, pointer: Any, vector: int) -> Any:
        first = self.builder.gep(pointer, [I64(vector * self.lanes)])
        return self.builder.bitcast(first, self.kind.as_pointer())
