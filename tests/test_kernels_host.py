"""tinyconv.kernels.host: on processors that this machine is not, everything still runs and says the same."""

import os
import subprocess
import sys

import numpy as np
import pytest

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


def run(tmp_path, **environment):
    done = subprocess.run(
        [sys.executable, "-c", ONE_BLOCK],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), **environment},
        check=True,
    )
    return done.stdout.split()


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="these are names of x86 processors")
@pytest.mark.parametrize("processor", PROCESSORS)
def test_another_processor_gives_the_same_whole_numbers(processor, tmp_path):
    here, there = run(tmp_path), run(tmp_path, **PROCESSORS[processor])
    assert there[0] == {"generic": "16"}.get(processor, "32")
    assert there[1:] == here[1:]
    assert np.all([int(number) != 0 for number in there])
