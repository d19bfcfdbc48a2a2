"""A student's file, a .py or a .ipynb: its code in pieces, and how to run it to its functions."""

import ast
import json
import linecache
import os
import re
import sys
import types
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tinyconv.check.calling import student_frames

MOST_BYTES = 2**23  # of a file: more is no source code
_MAGIC = re.compile(r"\s*[%!?]|.*\?\s*$")
_MODULE = "solution"  # not "__main__": what a file does when it is run by hand is not wanted


class Unreadable(ValueError):
    """A file that holds no code that can be run."""


class Piece(NamedTuple):
    """A file, or a notebook's cell."""

    name: str
    source: str


def pieces(path: Path) -> list[Piece]:
    """Return a file's code, or raise `Unreadable` with the reason."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable(f"{path.name} is larger than {MOST_BYTES >> 20} MB")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{path.name} cannot be read: it is no text in UTF-8") from None
    found = _cells(path.name, text) if path.suffix == ".ipynb" else [Piece(path.name, text)]
    statements = [_code(piece) for piece in found]  # all: an error in the last cell counts too
    if not any(statements):
        raise Unreadable(f"{path.name} is empty: there is no code in it")
    return found


def _code(piece: Piece) -> bool:
    """Say whether there is any statement, or raise `Unreadable` where the syntax is wrong."""
    try:
        return bool(ast.parse(piece.source, piece.name).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        what = error.msg if isinstance(error, SyntaxError) else str(error)
        raise Unreadable(f"{piece.name}{line}: syntax error: {what}") from None


def _cells(name: str, text: str) -> list[Piece]:
    """Return a notebook's code cells, without the lines that only a notebook understands."""
    try:
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
        sources = ["".join(cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unreadable(f"{name} is no notebook") from None
    return [Piece(f"{name}, code cell {number}", _plain(source)) for number, source in enumerate(sources, 1)]


def _plain(source: str) -> str:
    """Blank out magics and shell commands: %matplotlib, !pip, help?."""
    if source.lstrip().startswith("%%"):
        return ""
    if _is_python(source):
        return source
    lines = source.split("\n")
    return "\n".join("" if _MAGIC.match(line) else line for line in lines)


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


def loader(
    path: Path, found: list[Piece], wanted: Iterable[str]
) -> Callable[[], tuple[dict[str, Callable[..., Any]], str]]:
    """Return what a worker runs: all pieces in order, then the functions that are wanted.

    A cell that fails doesn't take the cells after it along.
    """
    wanted = set(wanted)

    def load() -> tuple[dict[str, Callable[..., Any]], str]:
        directory = path.resolve().parent
        os.chdir(directory)
        sys.path.insert(0, str(directory))
        module = types.ModuleType(_MODULE)
        sys.modules[_MODULE] = module
        complaints = [complaint for piece in found if (complaint := _run(piece, module.__dict__))]
        names = {name: value for name, value in vars(module).items() if name in wanted and callable(value)}
        return names, "\n".join(complaints)

    return load


def _run(piece: Piece, namespace: dict[str, Any]) -> str:
    lines = piece.source.splitlines(keepends=True)
    linecache.cache[piece.name] = len(piece.source), None, lines, piece.name  # tracebacks show the line
    try:
        exec(compile(piece.source, piece.name, "exec"), namespace)
    except BaseException as error:  # sys.exit() too
        return student_frames(error)
    return ""
