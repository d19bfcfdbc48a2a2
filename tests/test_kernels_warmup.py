"""tinyconv.kernels.warmup: afterwards nothing is left to compile."""

import sys
from collections import defaultdict

import numba
import numpy as np
import pytest

from tinyconv.kernels import jit, warmup_steps


def all_kernels():
    modules = [module for name, module in sys.modules.items() if name.startswith("tinyconv.kernels.")]
    return {value for module in modules for value in vars(module).values() if isinstance(value, jit.Kernel)}


def dtypes_in(arguments):
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            yield argument.dtype
        elif isinstance(argument, tuple):
            yield from dtypes_in(argument)


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="without the JIT nothing is compiled")
def test_every_kernel_is_called_with_both_dtypes(monkeypatch, capfd):
    """Called, not compiled: that may be another test's merit."""
    called, call = defaultdict(set), jit.Kernel.__call__

    def listen(kernel, *arguments):
        called[kernel].update(dtypes_in(arguments))
        call(kernel, *arguments)

    monkeypatch.setattr(jit.Kernel, "__call__", listen)
    steps = warmup_steps((np.float32, np.float64))
    assert len({step.name for step in steps}) == len(steps)
    for step in steps:
        step.run()
    assert len(all_kernels()) >= 5
    for kernel in all_kernels():
        assert {np.dtype(np.float32), np.dtype(np.float64)} <= called[kernel], kernel.__name__
    assert capfd.readouterr().err == "", "the caller shows the progress"
