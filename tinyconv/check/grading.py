"""A student's file, marked: points for each part, and a reason where there are none."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinyconv.check.limits import Limits
from tinyconv.check.marking import Subject, examine
from tinyconv.check.part import Part
from tinyconv.check.parts import PARTS
from tinyconv.check.report import Report
from tinyconv.check.solution import Unreadable, loader, pieces
from tinyconv.check.speed import RACES, race
from tinyconv.check.worker import Worker, worker

POINTS = 10.0  # for each part, unless told otherwise


@dataclass(frozen=True)
class Mark:
    """One part's report and its points."""

    report: Report
    points: float

    @property
    def score(self) -> float:
        """The points earned: all of them only where everything is right."""
        earned = round(self.points * self.report.share, 2)
        return self.points if self.report.passed else min(earned, self.points - 0.01)


@dataclass(frozen=True)
class Grade:
    """A file's marks; `reason` says what is wrong with the file as a whole."""

    file: str
    marks: tuple[Mark, ...] = ()
    reason: str = ""
    seconds: float = 0.0
    seed: int = 0

    @property
    def score(self) -> float:
        """The points earned."""
        return round(sum(mark.score for mark in self.marks), 2)

    @property
    def points(self) -> float:
        """The points that could be earned."""
        return sum(mark.points for mark in self.marks)

    @property
    def passed(self) -> bool:
        """Whether something was asked and everything was right."""
        return bool(self.marks) and all(mark.report.passed for mark in self.marks)

    @property
    def text(self) -> str:
        """Everything, as text."""
        blocks = [f"{mark.report.text}\n  {mark.score:g} of {mark.points:g} points" for mark in self.marks]
        total = f"{self.file}: {self.score:g} of {self.points:g} points"
        return "\n\n".join([*([self.reason] if self.reason else []), *blocks, total])

    def plain(self) -> dict[str, Any]:
        """Return everything as numbers, text, lists and dicts: for JSON."""
        parts = [_plain(mark) for mark in self.marks]
        score = {"score": self.score, "points": self.points, "passed": self.passed}
        return {"file": self.file, **score, "reason": self.reason, "seed": self.seed, "parts": parts}


def _plain(mark: Mark) -> dict[str, Any]:
    report = mark.report
    return {
        "part": report.part,
        "score": mark.score,
        "points": mark.points,
        "passed": report.passed,
        "kind": report.kind,
        "diagnosis": report.diagnosis,
        "text": report.text,
    }


def grade(
    path: str | Path, points: Mapping[str, float] | None = None, seed: int = 0, limits: Limits | None = None
) -> Grade:
    """Mark a student's file: every part in `points`, or 10 points for each part of which it has a function.

    A part's name is one of `tinyconv.check.PARTS`, or of the benchmarks in `tinyconv.check.speed.RACES`.

    The file runs in a child process, never in this one; there is no network where the platform can cut it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = Path(directory, "solution.py")
    ...     _ = path.write_text("def relu_forward(x):\\n    return x * (x > 0)\\n")
    ...     result = grade(path, {"relu_forward": 5, "relu_backward": 5})
    >>> result.score, result.points
    (5.0, 10)
    """
    path, began = Path(path), time.monotonic()
    limits = limits or Limits(network=False)
    try:
        found = pieces(path)
    except Unreadable as error:
        return Grade(path.name, _nothing(points or {}, str(error)), str(error), seed=seed)
    names = [name for part in PARTS.values() for name in part.names]
    runner = worker(loader(path, found, names), limits)
    try:
        return _graded(path, runner, points, seed, limits, began)
    finally:
        runner.close()


def _graded(
    path: Path, runner: Worker, points: Mapping[str, float] | None, seed: int, limits: Limits, began: float
) -> Grade:
    reason = f"{path.name}: {runner.complaint}" if runner.complaint else ""
    if points is None:
        points = {name: POINTS for name, part in PARTS.items() if _name(part, runner)}
        reason = reason or ("" if points else f"{path.name} holds no function of a name that a part knows")
    marks = tuple(Mark(_report(name, runner, seed, limits), worth) for name, worth in points.items())
    return Grade(path.name, marks, reason, time.monotonic() - began, seed)


def _report(name: str, runner: Worker, seed: int, limits: Limits) -> Report:
    if name in RACES:
        return race(name, _subject(PARTS[RACES[name].part], runner), seed, limits)
    return examine(_subject(PARTS[name], runner), seed, limits)


def _subject(part: Part, runner: Worker) -> Subject:
    forward = _name(PARTS[part.forward], runner) if part.forward else ""
    return Subject(part, runner, _name(part, runner) or part.name, forward)


def _name(part: Part, runner: Worker) -> str:
    return next((name for name in part.names if name in runner.signatures), "")


def _nothing(points: Mapping[str, float], reason: str) -> tuple[Mark, ...]:
    return tuple(Mark(Report(name, "missing", said=reason), worth) for name, worth in points.items())
