"""tinyconv.kernels.host: on processors that this machine is not, everything still runs, and as it should."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest

from tinyconv.kernels.host import second_level_cache

ONE_BLOCK = """
import numpy as np
from tinyconv.functional import conv2d_backward, conv2d_forward
from tinyconv.functional.block import block_backward, block_forward
from tinyconv.geometry import Window
from tinyconv.kernels.host import HOST
def whole(*shape):
    return np.random.default_rng(0).integers(-3, 4, shape).astype(np.float32)
x, w = whole(2, 3, 9, 9), whole(5, 3, 3, 3)
y, cache = conv2d_forward(x, w, None, 2, 1)
dx, dw, _ = conv2d_backward(y, cache)
x, w = whole(2, 16, 9, 9), whole(5, 16, 3, 3)
pooled, cache = block_forward(x, w, None, 1, 1, 1, 1, Window.of("max_pool2d", 2, 2))
arrays = y, dx, dw, pooled, *block_backward(pooled, cache)[:2]
print(HOST.vector_bytes, *(int(abs(array).sum(dtype=np.float64)) for array in arrays))
"""

PROCESSORS = {
    "generic": {"NUMBA_CPU_NAME": "generic"},
    "AVX2": {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": "+avx,+avx2,+fma"},
    "AVX without FMA": {"NUMBA_CPU_NAME": "sandybridge", "NUMBA_CPU_FEATURES": "+avx"},
}


# the machine code of all that has tiles; none of it runs, as this processor may not know it
MACHINE_CODE = """
import numpy as np
from numba import typeof
from tinyconv.functional import conv2d_backward, conv2d_forward
from tinyconv.functional.block import block_backward, block_forward
from tinyconv.geometry import Window
from tinyconv.kernels import jit, threads
def show(kernel, *arguments):
    kernel.compiled.compile(tuple(typeof(argument) for argument in (0, 1, *arguments)))
    print(*kernel.compiled.inspect_asm().values(), sep="\\n")
jit.Kernel.__call__ = show
threads.start()
x, w = np.ones((2, 16, 9, 9), np.float32), np.ones((128, 16, 3, 3), np.float32)
y, cache = conv2d_forward(x, w, None, 1, 1)
conv2d_backward(y, cache)
pooled, cache = block_forward(x, w, None, 1, 1, 1, 1, Window.of("max_pool2d", 2, 2))
block_backward(pooled, cache)
"""

AVX2 = "+avx,+avx2,+fma"
AVX512 = AVX2 + ",+avx512f,+avx512bw,+avx512dq,+avx512vl"
MAKES = {"haswell": AVX2, "sapphirerapids": AVX512, "znver4": AVX512}


def run(script, tmp_path, **environment):
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), **environment},
        check=True,
    ).stdout


x86 = pytest.mark.skipif(os.uname().machine != "x86_64", reason="these are names of x86 processors")


@x86
@pytest.mark.parametrize("processor", PROCESSORS)
def test_another_processor_gives_the_same_whole_numbers(processor, tmp_path):
    here, there = (run(ONE_BLOCK, tmp_path, **each).split() for each in ({}, PROCESSORS[processor]))
    assert there[0] == {"generic": "16"}.get(processor, "32")
    assert there[1:] == here[1:]
    assert np.all([int(number) != 0 for number in there])


@pytest.mark.parametrize(("said", "kilobytes"), [("1024K\n", 1024), ("256K", 256), ("much", 512), ("", 512)])
def test_the_cache_is_as_large_as_the_system_says(said, kilobytes, tmp_path):
    file = tmp_path / "size"
    file.write_text(said)
    assert second_level_cache(str(file)) == kilobytes * 1024
    assert second_level_cache(str(tmp_path / "absent")) == 512 * 1024


@x86
@pytest.mark.parametrize("make", MAKES)
def test_all_sums_of_a_tile_stay_in_registers(make, tmp_path):
    """Whoever unrolls a loop over so many sums runs out of registers: it took two thirds of the speed."""
    code = run(MACHINE_CODE, tmp_path, NUMBA_CPU_NAME=make, NUMBA_CPU_FEATURES=MAKES[make])
    parts = [part.splitlines() for part in re.split(r"^(?=\.L)", code, flags=re.MULTILINE)]
    loops = [lines for lines in parts if sum("vfmadd" in line for line in lines) >= 4]
    assert max(sum("vfmadd" in line for line in lines) for lines in loops) >= 12
    at_stack = [line for lines in loops for line in lines if "(%rsp)" in line]
    assert [line for line in at_stack if "ymm" in line or "zmm" in line] == []
