"""The tinyconv that is installed here, as a wheel: what marks a handout is exactly what wrote it."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_MASTERS = _PACKAGE / "assignments" / "masters"  # solutions: a submission could read them
_INSTALLERS = ("INSTALLER", "RECORD", "REQUESTED", "direct_url.json")  # written anew by whoever installs


def wheel() -> tuple[str, bytes]:
    """Return the wheel's file name and its content; the assignments' masters are not in it.

    >>> wheel()[0]
    'tinyconv-...-py3-none-any.whl'
    """
    stem = f"tinyconv-{distribution('tinyconv').version}"
    files = dict(_files(f"{stem}.dist-info"))
    record = f"{stem}.dist-info/RECORD"
    lines = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    files[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return f"{stem}-py3-none-any.whl", packed.getvalue()


def _files(info: str) -> Iterator[tuple[str, bytes]]:
    """Yield the package's own files, then what is known about it: name, licences, what it needs."""
    for path in sorted(_PACKAGE.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and _MASTERS not in path.parents:
            yield f"tinyconv/{path.relative_to(_PACKAGE).as_posix()}", path.read_bytes()
    for file in distribution("tinyconv").files or ():
        if file.parts[0] == info and file.name not in _INSTALLERS:
            yield file.as_posix(), Path(file.locate()).read_bytes()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
