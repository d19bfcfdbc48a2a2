"""One submission marked in a process, a directory and an environment of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import Any

from tinyconv.check.parts import PARTS
from tinyconv.check.submissions import Submission, copied

_LOADING, _PER_PART = 30, 15  # seconds, with room for a busy machine: the marker's own limits are shorter
_MOST_OUTPUT = 2**22  # bytes of a marker's JSON


def marked(
    submission: Submission, points: Mapping[str, float] | None, seed: int, stop: Event
) -> dict[str, Any]:
    """Return what `python -m tinyconv check --json` says of a submission, or why it says nothing.

    Raises:
        InterruptedError: `stop` was set; the submission's processes are ended.
    """
    worth = sum(points.values()) if points else 0
    with tempfile.TemporaryDirectory(prefix="tinyconv-check-", ignore_cleanup_errors=True) as directory:
        file = copied(submission, Path(directory))
        if file is None:
            return {"reason": submission.reason or "it is too large to be marked", "points": worth}
        parts = ["--parts", ",".join(f"{name}={each!r}" for name, each in points.items())] if points else []
        options = ["--json", "--seed", str(seed), *parts]
        command = [sys.executable, "-m", "tinyconv", "check", file.name, *options]
        limit = _LOADING + _PER_PART * len(points or PARTS)
        try:
            result = json.loads(_output(command, file.parent, _environment(directory), limit, stop))
            return {**result, "reason": str(result["reason"])}
        except TimeoutError:
            reason = f"it could not be marked in {limit} seconds"
        except (ValueError, KeyError, TypeError):
            reason = "its marker was brought down"
    return {"reason": reason, "points": worth}


def _output(
    command: list[str], directory: Path, environment: dict[str, str], seconds: float, stop: Event
) -> bytes:
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
            _wait(process, seconds, stop)
        finally:
            _end(process)
        out.seek(0)
        return out.read(_MOST_OUTPUT)


def _wait(process: "subprocess.Popen[bytes]", seconds: float, stop: Event) -> None:
    """Wait for a marker's end, which somebody may not want to await."""
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        if stop.wait(0.02):
            raise InterruptedError
        if time.monotonic() > deadline:
            raise TimeoutError


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a marker that hasn't come to its end: asked to, it ends the student's processes too."""
    with contextlib.suppress(subprocess.TimeoutExpired, ValueError):
        process.send_signal(signal.SIGINT)
        process.wait(1)
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError, PermissionError):
        process.kill()
    process.wait()


def _environment(directory: str) -> dict[str, str]:
    """Return only what Python needs: no token, no proxy, no home of the marker's."""
    kept = {
        name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ
    }
    root = str(Path(__file__).parents[2])
    own = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR"), directory)
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    python = {"PYTHONPATH": root, "PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8"}
    python["PYTHONSAFEPATH"] = "1"  # a numpy.py that was handed in is no module of the marker's
    return {**kept, **own, **threads, **python}
