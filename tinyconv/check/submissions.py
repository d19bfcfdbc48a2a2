"""A folder of submissions: which file each one hands in, and a directory of its own for it."""

import hashlib
import shutil
from pathlib import Path
from typing import NamedTuple

MOST_BYTES = 2**26  # of one submission
_SUFFIXES = (".py", ".ipynb")
_NAMES = ("solution.py", "solution.ipynb")


class Submission(NamedTuple):
    """One file, or one directory with a file in it. `file` is None where there is nothing to mark."""

    name: str
    root: Path
    file: Path | None  # relative to the root's parent
    reason: str = ""


def submissions(folder: Path) -> list[Submission]:
    """Return what lies in a folder, by name; hidden files and links are left alone.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     Path(directory, "ada.py").touch()
    ...     submissions(Path(directory))[0].name
    'ada.py'
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"check: --all (={folder}) must be a folder of submissions")
    entries = [each for each in sorted(folder.iterdir()) if not each.name.startswith(".")]
    return [
        _submission(each)
        for each in entries
        if not each.is_symlink() and (each.is_dir() or each.suffix in _SUFFIXES)
    ]


def _submission(root: Path) -> Submission:
    if not root.is_dir():
        return Submission(root.name, root, Path(root.name))
    sources = [each for each in _files(root) if each.suffix in _SUFFIXES and each.parent == root]
    named = [each for name in _NAMES for each in sources if each.name == name]
    chosen = named or sources
    if not chosen:
        return Submission(root.name, root, None, "there is neither a .py nor an .ipynb")
    if len(chosen) > 1 and not named:
        found = ", ".join(each.name for each in chosen)
        return Submission(root.name, root, None, f"which file is the solution? {found}")
    return Submission(root.name, root, chosen[0].relative_to(root.parent))


def _files(root: Path) -> list[Path]:
    """Return the plain files of a submission; links and pipes may lead anywhere and are left out."""
    everything = sorted(root.rglob("*")) if root.is_dir() else [root]
    return [each for each in everything if each.is_file() and not each.is_symlink()]


def fingerprint(submission: Submission) -> str:
    """Return a digest of all that was handed in: who changes it is marked again."""
    digest = hashlib.sha256()
    for path in _files(submission.root):
        if path.stat().st_size <= MOST_BYTES:
            digest.update(str(path.relative_to(submission.root.parent)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def copied(submission: Submission, directory: Path) -> Path | None:
    """Copy a submission into a directory; return its file there, or None where it is too large."""
    files = _files(submission.root)
    if submission.file is None or sum(path.stat().st_size for path in files) > MOST_BYTES:
        return None
    for path in files:
        target = directory / path.relative_to(submission.root.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return directory / submission.file
