"""`python -m tinyconv info`: what a bug report needs."""

import os
import platform
from argparse import ArgumentParser, Namespace
from importlib import metadata

import numba
import numpy as np

from tinyconv.engine import get_engine
from tinyconv.functional import relu_forward
from tinyconv.kernels import cache, get_num_threads, jit

SUMMARY = "print versions, threads, threading layer and cache directory: what a bug report needs"
PACKAGES = ("tinyconv", "numpy", "numba", "llvmlite", "matplotlib", "tqdm", "torch", "safetensors")


def describe(parser: ArgumentParser) -> None:
    """Declare the command's arguments: it has none."""


def run(arguments: Namespace) -> int:
    """Print one fact per line."""
    facts = collect()
    width = max(map(len, facts))
    for name, value in facts.items():
        print(f"{name:<{width}}  {value}")
    return 0


def collect() -> dict[str, str]:
    """Return the facts by name.

    >>> collect()["engine"]
    'numba'
    """
    return {
        "python": f"{platform.python_version()} ({platform.python_implementation()})",
        **{package: _version(package) for package in PACKAGES},
        "platform": platform.platform(),
        "processor": f"{platform.machine()}, {os.cpu_count()} cores",
        "engine": get_engine(),
        "threads": str(get_num_threads()),
        "threading layer": _threading_layer(),
        "JIT": "off (NUMBA_DISABLE_JIT)" if numba.config.DISABLE_JIT else "on",
        "kernel cache": str(cache.DIRECTORY or "none: no writable directory"),
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _threading_layer() -> str:
    """Run one kernel on all cores: before that, Numba has not chosen a layer."""
    with jit.force(parallel=True):
        relu_forward(np.ones(1, np.float32))
    try:
        return numba.threading_layer()
    except ValueError:
        return "none: kernels run on one core"
