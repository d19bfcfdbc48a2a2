"""A check from beginning to end: ask every case, judge, and report."""

import dataclasses
import math
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tinyconv.check.asking import Ask, Unsuited, understand
from tinyconv.check.calling import Request
from tinyconv.check.drawing import Trial, trials
from tinyconv.check.failure import failure
from tinyconv.check.limits import Limits
from tinyconv.check.part import Part
from tinyconv.check.parts import PARTS
from tinyconv.check.report import Report
from tinyconv.check.verdict import Verdict, judge
from tinyconv.check.worker import FATAL, Worker, worker

DEATHS = 3  # after so many ends of its process a function is asked no more


class Subject(NamedTuple):
    """Who is examined: a function of a worker, under the name that it has there."""

    part: Part
    worker: Worker
    function: str
    forward: str = ""  # its own forward function, if that is to make the cache
    style: str | None = None

    def wants(self) -> Ask:
        """Return how it wants to be called."""
        signatures, forward = self.worker.signatures, None
        if self.forward in signatures:
            forward = understand(PARTS[self.part.forward], signatures[self.forward], self.style)
        return understand(self.part, signatures[self.function], self.style, forward)


def check_function(
    part: Part,
    function: Callable[..., Any],
    forward: Callable[..., Any] | None = None,
    style: str | None = None,
    seed: int = 0,
    isolate: bool = True,
) -> Report:
    """Check a function that lives in this process."""
    functions = {part.name: function} | ({part.forward: forward} if forward else {})
    limits = Limits()
    runner = worker(lambda: (functions, ""), limits, isolate)
    try:
        forward_name = part.forward if forward else ""
        return examine(Subject(part, runner, part.name, forward_name, style), seed, limits)
    finally:
        runner.close()


def examine(subject: Subject, seed: int, limits: Limits) -> Report:
    """Check one function of a worker."""
    part, began = subject.part, time.monotonic()
    if subject.function not in subject.worker.signatures:
        return Report(part.name, "missing", said=subject.worker.complaint)
    try:
        ask = subject.wants()
    except Unsuited as error:
        return Report(part.name, "signature", said=str(error))
    cases = trials(part.name, ask.options, seed)
    printed: list[str] = []

    def verdict(trial: Trial, seconds: float) -> Verdict:
        request = Request(subject.function, subject.forward, part.name, ask, trial.case)
        answer = subject.worker.ask(request, seconds)
        printed.append(answer.printed)
        return judge(part, trial, answer)

    deadline = began + limits.cases if subject.worker.isolated else math.inf
    verdicts = _verdicts(cases, verdict, limits, deadline)
    if len(verdicts) == len(cases) and all(each.right for each in verdicts):
        report = Report(part.name, "right", share=1.0, asked=len(cases))
    else:
        retry = (lambda trial: verdict(trial, limits.call / 4)), limits.shrinking
        report = failure(part, cases, verdicts, ask.options, seed, *retry)
    return dataclasses.replace(report, remarks=_remarks(subject.worker, printed))


def _verdicts(
    cases: Sequence[Trial], verdict: Callable[[Trial, float], Verdict], limits: Limits, deadline: float
) -> list[Verdict]:
    """Ask all cases, but stop where nothing more is to be learnt."""
    verdicts: list[Verdict] = []
    for trial in cases:
        verdicts.append(verdict(trial, limits.call if verdicts else limits.first))
        fatal = sum(each.kind in FATAL for each in verdicts)
        if verdicts[-1].kind in ("hung", "unfinished") or fatal == DEATHS or time.monotonic() > deadline:
            break
    return verdicts


def _remarks(runner: Worker, printed: Sequence[str]) -> tuple[str, ...]:
    remarks = []
    said = next(filter(None, printed), "").strip()[:60]
    if said:
        remarks.append(f"It prints something, which no caller expects: {said!r}.")
    if not runner.isolated:
        remarks.append("It ran in this process: without limits of time and memory.")
    return tuple(remarks)
