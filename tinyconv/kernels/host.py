"""What this processor offers: vectors of which width, how many registers, fused multiply-adds, what cache."""

from pathlib import Path
from typing import NamedTuple

from llvmlite import binding
from numba.core import config


class Host(NamedTuple):
    """The facts that decide the size of a register tile."""

    vector_bytes: int
    registers: int
    has_fma: bool  # one rounding for a·b + c; without it, LLVM would call a slow library function

    def lanes(self, itemsize: int) -> int:
        """Return how many numbers of `itemsize` bytes one vector holds.

        >>> Host(64, 32, True).lanes(4)
        16
        """
        return self.vector_bytes // itemsize


def describe(features: dict[str, bool], machine: str) -> Host:
    """Return the facts for LLVM's feature flags; a processor that nobody knows gets the smallest tile.

    >>> describe({"avx512f": True, "fma": True}, "x86_64")
    Host(vector_bytes=64, registers=32, has_fma=True)
    >>> describe({}, "riscv64")
    Host(vector_bytes=16, registers=16, has_fma=False)
    """
    if features.get("avx512f"):
        return Host(64, 32, True)
    if features.get("avx"):
        return Host(32, 16, bool(features.get("fma")))
    if machine in ("aarch64", "arm64"):
        return Host(16, 32, True)
    return Host(16, 16, bool(features.get("fma")))


def _features() -> dict[str, bool]:
    """Return the flags of the processor that Numba compiles for: its own setting, or this machine's."""
    if config.CPU_FEATURES is not None:
        return {flag[1:]: True for flag in config.CPU_FEATURES.split(",") if flag.startswith("+")}
    if config.CPU_NAME not in (None, "", "host"):
        return {}
    return dict(binding.get_host_cpu_features())


HOST = describe(_features(), binding.get_process_triple().split("-")[0])


def second_level_cache(file: str = "/sys/devices/system/cpu/cpu0/cache/index2/size") -> int:
    """Return the bytes of a core's second-level cache, which Linux tells like 1024K; else what many have.

    >>> second_level_cache("nowhere") // 1024
    512
    """
    try:
        return int(Path(file).read_text().strip().removesuffix("K")) * 1024
    except (OSError, ValueError):
        return 512 * 1024
