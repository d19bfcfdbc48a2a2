"""What somebody else's code may use: time, memory, files, and (not) the network."""

import contextlib
import ctypes
import os
import sys
from pathlib import Path
from typing import NamedTuple

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # <sched.h>: CLONE_NEWUSER, CLONE_NEWNET


class Limits(NamedTuple):
    """The limits of one check; seconds are of wall-clock time."""

    load: float = 20.0  # seconds to run a file up to its end
    call: float = 2.0  # seconds for one call on a tiny case
    cases: float = 6.0  # seconds for all cases of a part
    shrinking: float = 2.0  # seconds to make the failing case smaller
    memory: int = 2**30  # bytes beyond what the marker itself uses
    file: int = 2**24  # bytes of any file that is written
    network: bool = True


def confine(limits: Limits) -> None:
    """Apply to this process, which must be a fresh child, what the platform can enforce."""
    try:
        import resource
    except ModuleNotFoundError:
        return
    bounds = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: limits.file}
    used = _address_space()
    if used:
        bounds[resource.RLIMIT_AS] = used + limits.memory
    for kind, bound in bounds.items():
        hard = resource.getrlimit(kind)[1]
        if hard == resource.RLIM_INFINITY or bound < hard:
            resource.setrlimit(kind, (bound, bound))
    if not limits.network:
        cut_network()
    _one_thread()


def cut_network() -> bool:
    """Leave this process without any network, where the platform can (Linux); return whether it could."""
    try:
        return ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK) == 0
    except (AttributeError, OSError, TypeError):
        return False


def can_cut_network() -> bool:
    """Say whether children can be cut off, by cutting one off.

    >>> can_cut_network() in (True, False)
    True
    """
    if not hasattr(os, "fork"):
        return False
    child = os.fork()
    if child == 0:
        os._exit(0 if cut_network() else 1)
    return os.waitpid(child, 0)[1] == 0


def _address_space() -> int:
    """Return the bytes of address space in use, or 0 where the platform doesn't say."""
    with contextlib.suppress(OSError, ValueError):
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _one_thread() -> None:
    """Keep PyTorch on one thread: its pool did not survive the fork, and waiting for it never ends."""
    torch = sys.modules.get("torch")
    with contextlib.suppress(Exception):
        if torch is not None:
            torch.set_num_threads(1)
