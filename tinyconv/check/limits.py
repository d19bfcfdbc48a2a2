"""What somebody else's code may use: time, memory, files, and (not) the network."""

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import NamedTuple

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # <sched.h>: CLONE_NEWUSER, CLONE_NEWNET
_PARENT_DEATH_SIGNAL = 1  # <sys/prctl.h>: PR_SET_PDEATHSIG


class Limits(NamedTuple):
    """The limits of one check; seconds are of wall-clock time."""

    load: float = 20.0  # seconds to run a file up to its end
    first: float = 4.0  # seconds for the first call on a tiny case: some compile then
    call: float = 2.0  # seconds for every other
    cases: float = 5.0  # seconds for all cases of a part
    shrinking: float = 1.5  # seconds to make the failing case smaller
    memory: int = 2**30  # bytes beyond what the marker itself uses
    file: int = 2**24  # bytes of any file that is written
    processes: int = 256  # and threads, beyond those that the user has: root is free of it
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
    running = _running()
    if running:
        bounds[resource.RLIMIT_NPROC] = running + limits.processes
    for kind, bound in bounds.items():
        hard = resource.getrlimit(kind)[1]
        if hard == resource.RLIM_INFINITY or bound < hard:
            resource.setrlimit(kind, (bound, bound))
    if not limits.network:
        cut_network()
    _die_with_the_marker()
    _one_thread()


def cut_network() -> bool:
    """Leave this process without any network, where the platform can (Linux); return whether it could."""
    try:
        return ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK) == 0
    except (AttributeError, OSError, TypeError):
        return False


def _die_with_the_marker() -> None:
    """End this process with its parent, where the platform can (Linux): an endless loop would go on alone."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)


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


def _running() -> int:
    """Return how many threads this user's processes have, or 0 where the platform doesn't say."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended
            if process.stat().st_uid == os.getuid():
                count += len(os.listdir(process / "task"))
    return count


def _one_thread() -> None:
    """Keep PyTorch on one thread: its pool did not survive the fork, and waiting for it never ends."""
    torch = sys.modules.get("torch")
    with contextlib.suppress(Exception):
        if torch is not None:
            torch.set_num_threads(1)
