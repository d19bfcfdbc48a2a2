"""Replace a file in one stroke: a killed process leaves the old file or the new one, never half of one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Yield a file to write into, which takes the place of `path` once the block has ended well.

    What is written goes to a hidden ``.part`` file in the same directory first. When the block raises, that
    file is removed and `path` stays as it was; only a killed process leaves a ``.part`` file behind.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as directory:
    ...     with replacing(Path(directory) / "greeting.txt") as file:
    ...         _ = file.write(b"hello")
    ...     Path(directory, "greeting.txt").read_bytes()
    b'hello'
    """
    target = Path(path).resolve()  # a symbolic link stays one: its target is what gets replaced
    part = target.with_name(f".{target.name}.{uuid4().hex}.part")  # os.replace needs the same file system
    try:
        with open(part, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # the bytes reach the disk before the name does
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
