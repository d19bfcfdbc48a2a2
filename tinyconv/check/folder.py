"""A folder of submissions, marked side by side: `python -m tinyconv check --all FOLDER --csv marks.csv`.

Each submission has two processes of its own: a marker, and below it a child that runs the student's code.

Contained: a submission that crashes, hangs, prints without end, takes all memory it can get, writes large
files or ends its process costs nobody but itself; nor does one that forks without end, unless it is root's.
It sees a copy of what was handed in, in a fresh directory that is deleted afterwards, and a fresh environment
without the marker's variables. Where the platform can (Linux with user namespaces), it has no network. What
it sends back is read as plain numbers and text.

Not contained: it runs under the same user as the marker. It can therefore read and write whatever that user
can, other submissions and the marks among them; end that user's processes; start ones that leave their group
and stay; and read its marker's memory where the platform lets a child do so. On platforms without `fork`
(Windows) it runs inside its marker, without limits. Whether a solution calls this library, or another, is not
looked at. Mark strangers' work under a user of its own, or in a container that is thrown away.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from threading import Event
from typing import Any

from tinyconv.check.apart import marked
from tinyconv.check.ledger import Ledger, Row
from tinyconv.check.parts import PARTS
from tinyconv.check.submissions import fingerprint, submissions


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
        KeyboardInterrupt: what is marked so far stands in the file, what is being marked is given up.
    """
    from tqdm import tqdm

    found = submissions(folder)
    prints = {each.name: f"{fingerprint(each)}-{seed}" for each in found}
    ledger = Ledger(path, _columns(points), prints)
    todo = [each for each in found if each.name not in ledger.rows]
    stop = Event()
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        futures = {pool.submit(marked, each, points, seed, stop): each.name for each in todo}
        silent = not (progress and todo)
        try:
            finished = as_completed(futures)
            for future in tqdm(finished, "marking", len(todo), disable=silent, unit="submission"):
                ledger.add(futures[future], _row(future.result()))
        finally:
            stop.set()  # whoever interrupts waits for nobody
            pool.shutdown(wait=False, cancel_futures=True)
    return ledger.finished()


def _columns(points: Mapping[str, float] | None) -> list[str]:
    parts = [column for name in points or PARTS for column in (name, f"{name}: diagnosis")]
    return ["score", "points", "reason", *parts]


def _row(result: Mapping[str, Any]) -> Row:
    row = {
        "score": f"{result.get('score', 0):g}",
        "points": f"{result.get('points', 0):g}",
        "reason": str(result["reason"]),
    }
    for mark in result.get("parts", ()):
        row[mark["part"]] = f"{mark['score']:g}"
        row[f"{mark['part']}: diagnosis"] = "" if mark["passed"] else mark["diagnosis"] or mark["kind"]
    return row
