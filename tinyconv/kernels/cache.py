"""Where compiled kernels are kept, and when they are stale.

Numba notices an edited function, but not an edited helper in another file. So the cache directory carries a
fingerprint of *all* kernel sources: edit any of them, or upgrade the package, and everything compiles anew.
"""

import hashlib
import os
import shutil
import tempfile
import warnings
from pathlib import Path

from numba import config
from numba.misc.appdirs import AppDirs

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
