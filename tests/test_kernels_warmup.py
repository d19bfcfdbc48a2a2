"""tinyconv.kernels.warmup: afterwards nothing is left to compile."""

import sys

import numba
import numpy as np
import pytest

from tinyconv.kernels import jit, warmup_steps


def all_kernels():
    modules = [module for name, module in sys.modules.items() if name.startswith("tinyconv.kernels.")]
    return {value for module in modules for value in vars(module).values() if isinstance(value, jit.Kernel)}


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="without the JIT nothing is compiled")
def test_every_kernel_is_compiled_for_both_dtypes(capfd):
    steps = warmup_steps((np.float32, np.float64))
    assert len({step.name for step in steps}) == len(steps)
    for step in steps:
        step.run()
    assert len(all_kernels()) >= 5
    for kernel in all_kernels():
        dtypes = {
            str(argument.dtype)
            for types in kernel.compiled.signatures
            for argument in types
            if hasattr(argument, "dtype")
        }
        assert {"float32", "float64"} <= dtypes, kernel.__name__
    assert capfd.readouterr().err == "", "the caller shows the progress"
