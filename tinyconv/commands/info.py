"""`python -m tinyconv info`: what a bug report needs."""

import os
import platform
from argparse import ArgumentParser, Namespace
from importlib import metadata

import numba

from tinyconv.engine import get_engine
from tinyconv.kernels import cache, get_num_threads, threads

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
    """Let Numba start its threads: before that, it has not chosen a layer."""
    if get_num_threads() == 1:
        return "none: kernels run on one core"
    threads.start()
    return numba.threading_layer()
