"""tinyconv.kernels.vectors: the instructions that it writes are the ones of this processor."""

import pytest
from llvmlite import ir

from tinyconv.kernels import vectors
from tinyconv.kernels.host import Host


def written(number):
    """Return the LLVM IR of out[0] += a[3] · b[1], vector by vector."""
    module = ir.Module("test")
    pointer = number.as_pointer()
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [pointer] * 3), "f")
    builder = ir.IRBuilder(function.append_basic_block())
    a, b, out = function.args
    code = vectors.Vectors(builder, number)
    number = code.broadcast(builder.gep(a, [ir.Constant(ir.IntType(64), 3)]))
    code.store(code.multiply_add(number, code.load(b, 1), code.load(out, 0)), out, 0)
    code.prefetch(b, 2)
    builder.ret_void()
    return str(module)


@pytest.mark.parametrize(
    ("number", "lanes", "name"), [(ir.FloatType(), 8, "f32"), (ir.DoubleType(), 4, "f64")]
)
def test_a_fused_multiply_add_where_there_is_one(monkeypatch, number, lanes, name):
    monkeypatch.setattr(vectors, "HOST", Host(32, 16, True))
    code = written(number)
    assert f"llvm.fma.v{lanes}{name}" in code
    assert f"<{lanes} x {number}>" in code
    assert "llvm.prefetch" in code


def test_a_product_and_a_sum_where_there_is_none(monkeypatch):
    monkeypatch.setattr(vectors, "HOST", Host(16, 16, False))
    code = written(ir.FloatType())
    assert "fma" not in code
    assert "fmul" in code
    assert "fadd" in code
