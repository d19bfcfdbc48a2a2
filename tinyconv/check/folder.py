"""A folder of submissions, marked side by side: `python -m tinyconv check --all FOLDER --csv marks.csv`.

Each submission runs in two processes of its own: a marker, and below it the child that runs the student's code.

Contained: a submission that crashes, hangs, prints without end, takes all memory it can get, writes large
files or ends its process costs nobody but itself. It sees a copy of what was handed in, in a fresh directory
that is deleted afterwards, and a fresh environment without the marker's variables. Where the platform can
(Linux with user namespaces), it has no network. What it sends back is read as plain numbers and text.

Not contained: it runs under the same user as the marker. It can therefore read and write whatever that user
can, other submissions and the marks among them; it can start processes that leave their group and stay; it can
read the marker's memory where the platform lets a child do so; and on platforms without `fork` (Windows) it
runs inside its marker, without limits. Whether a solution calls this library, or another, is not looked at.
Mark strangers' work under a user of its own, or in a container that is thrown away.
"""

import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import tinyconv
from tinyconv.check.parts import PARTS
from tinyconv.check.submissions import Submission, copied, fingerprint, submissions
from tinyconv.shapes import ShapeError

_LOADING, _PER_PART = 30, 15  # seconds, with room for a busy machine: the marker keeps its own, shorter limits
_MOST_OUTPUT = 2**22  # bytes of a marker's JSON
Row = dict[str, str]


def mark_all(
    folder: Path,
    path: Path,
    points: Mapping[str, float] | None = None,
    seed: int = 0,
    jobs: int = 1,
    progress: bool = True,
) -> list[Row]:
    """Mark every submission into a CSV file and return its rows; those that stand in it already are kept.

    Raises:
        NotADirectoryError, ShapeError: there is no such folder, or the file's columns are of another marking.
    """
    from tqdm import tqdm

    columns = _columns(points)
    done = _kept(path, columns)
    prints = {each.name: f"{fingerprint(each)}-{seed}" for each in (found := submissions(folder))}
    todo = [each for each in found if done.get(each.name, {}).get("fingerprint") != prints[each.name]]
    rows = {name: row for name, row in done.items() if name in prints and name not in {t.name for t in todo}}
    _write(path, columns, rows.values())
    with ThreadPoolExecutor(max(1, jobs)) as pool, path.open("a", newline="", encoding="utf-8") as file:
        futures = {pool.submit(_marked, each, points, seed): each for each in todo}
        finished = as_completed(futures)
        for future in tqdm(finished, "marking", len(futures), disable=not progress, unit="submission"):
            name = futures[future].name
            rows[name] = _row(name, prints[name], future.result())
            csv.DictWriter(file, columns).writerow(rows[name])
            file.flush()  # whoever is interrupted goes on from here
    ordered = [rows[name] for name in sorted(rows)]
    _write(path, columns, ordered)
    return ordered


def _columns(points: Mapping[str, float] | None) -> list[str]:
    parts = [column for name in points or PARTS for column in (name, f"{name}: diagnosis")]
    return ["submission", "score", "points", "reason", *parts, "fingerprint"]


def _kept(path: Path, columns: list[str]) -> dict[str, Row]:
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if list(reader.fieldnames or columns) != columns:
            raise ShapeError(f"check: --csv (={path}) holds the marks of other parts: move it away")
        return {_unquoted(row["submission"]): row for row in reader if row["fingerprint"]}


def _write(path: Path, columns: list[str], rows: Any) -> None:
    """Write all rows at once: whoever looks sees the old file or the new one."""
    draft = path.with_name(path.name + ".part")
    with draft.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    draft.replace(path)


def _row(name: str, print_: str, result: Mapping[str, Any]) -> Row:
    row = {
        "submission": _quoted(name),
        "score": f"{result.get('score', 0):g}",
        "points": f"{result.get('points', 0):g}",
        "reason": _quoted(str(result["reason"])),
        "fingerprint": print_,
    }
    for mark in result.get("parts", ()):
        row[mark["part"]] = f"{mark['score']:g}"
        row[f"{mark['part']}: diagnosis"] = "" if mark["passed"] else mark["diagnosis"] or mark["kind"]
    return row


def _quoted(text: str) -> str:
    """Keep a spreadsheet from taking a student's text for a formula."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _unquoted(text: str) -> str:
    return text[1:] if text[:1] == "'" and _quoted(text[1:]) == text else text


def _marked(submission: Submission, points: Mapping[str, float] | None, seed: int) -> dict[str, Any]:
    """Mark one submission in a process, a directory and an environment of its own."""
    worth = sum(points.values()) if points else 0
    with tempfile.TemporaryDirectory(prefix="tinyconv-check-", ignore_cleanup_errors=True) as directory:
        file = copied(submission, Path(directory))
        if file is None:
            return {"reason": submission.reason or "it is too large to be marked", "points": worth}
        parts = ["--parts", ",".join(f"{name}={each!r}" for name, each in points.items())] if points else []
        command = [sys.executable, "-m", "tinyconv", "check", file.name, "--json", "--seed", str(seed), *parts]
        limit = _LOADING + _PER_PART * len(points or PARTS)
        try:
            result = json.loads(_output(command, file.parent, _environment(directory), limit))
            return {**result, "reason": str(result["reason"])}
        except TimeoutError:
            reason = f"it could not be marked in {limit} seconds"
        except (ValueError, KeyError, TypeError):
            reason = "its marker was brought down"
    return {"reason": reason, "points": worth}


def _output(command: list[str], directory: Path, environment: dict[str, str], seconds: float) -> bytes:
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        finally:
            _end(process)
        out.seek(0)
        return out.read(_MOST_OUTPUT)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a marker and what it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError, PermissionError):
        process.kill()
    process.wait()


def _environment(directory: str) -> dict[str, str]:
    """Return only what Python needs: no token, no proxy, no home of the marker's."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    root = str(Path(tinyconv.__file__).parent.parent)
    own = {name: directory for name in ("HOME", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR")}
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    return {**kept, **own, **threads, "PYTHONPATH": root, "PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8"}
