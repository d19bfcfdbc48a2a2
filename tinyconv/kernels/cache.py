"""Where compiled kernels are kept, when they are stale, and that one process at a time comes near them.

Numba notices an edited function, but not an edited helper in another file. So the cache directory carries a
fingerprint of *all* kernel sources: edit any of them, or upgrade the package, and everything compiles anew.

Nor does Numba know of other processes: two that compile at once may give their machine code the same file
name. Then one kernel is found where another should be, and every later process computes with the wrong one.
"""

import hashlib
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numba import config
from numba.core.caching import FunctionCache
from numba.misc.appdirs import AppDirs

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

HERE = Path(__file__).parent
PREFIX = "tinyconv-"


def fingerprint() -> str:
    """Return a short hash of every source file of this package."""
    digest = hashlib.sha256()
    for source in sorted(HERE.glob("*.py")):
        digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def _candidates() -> list[Path]:
    """Return the directories to try: the one that the user names, beside the sources, the user's own."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    if named:
        return [Path(named)]
    return [HERE / "__pycache__", Path(AppDirs("tinyconv", appauthor=False).user_cache_dir)]


def _writable(directory: Path) -> bool:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=directory).close()
    except OSError:
        return False
    return True


def find_directory() -> Path | None:
    """Return the directory for this version's kernels; None, with one warning, where nothing is writable."""
    current = PREFIX + fingerprint()
    name = current + ("-checked" if config.BOUNDSCHECK else "")  # Numba's own key does not tell them apart
    for home in _candidates():
        if _writable(home / name):
            _forget_older(home, current)
            return home / name
    tried = " or ".join(str(home) for home in _candidates())
    warnings.warn(
        f"tinyconv: cannot write to {tried}: kernels are compiled anew in every process; "
        f"set NUMBA_CACHE_DIR to a writable directory",
        RuntimeWarning,
        stacklevel=2,
    )
    return None


def _forget_older(home: Path, current: str) -> None:
    """Remove the kernels of earlier sources, where the directory belongs to these sources alone."""
    if home == HERE / "__pycache__":
        for stale in home.glob(PREFIX + "*"):
            if not stale.name.startswith(current):
                shutil.rmtree(stale, ignore_errors=True)


DIRECTORY = find_directory()


class Kept(FunctionCache):
    """The machine code of one kernel, kept in `home`."""

    def __init__(self, function: Callable[..., None], home: Path) -> None:
        self._lock = home / "lock"
        before, config.CACHE_DIR = config.CACHE_DIR, str(home)
        try:
            super().__init__(function)
        finally:
            config.CACHE_DIR = before

    def load_overload(self, *arguments: Any) -> Any:
        """Return what there is for a signature; None, if there is nothing."""
        with alone(self._lock):
            return super().load_overload(*arguments)

    def save_overload(self, *arguments: Any) -> None:
        """Keep what was compiled for a signature."""
        with alone(self._lock):
            super().save_overload(*arguments)


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Wait until no other process holds the lock, and hold it; one that dies lets go of it."""
    lock.parent.mkdir(parents=True, exist_ok=True)  # newer sources may have swept it away meanwhile
    file = os.open(lock, os.O_RDONLY | os.O_CREAT, 0o666)  # readers wait too
    try:
        if sys.platform == "win32":
            msvcrt.locking(file, msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        _let_go(file)


def _let_go(file: int) -> None:
    """Unlock, and close: a process that was forked meanwhile has the same file open, and would hold it on."""
    if sys.platform == "win32":
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_UN)
    os.close(file)
