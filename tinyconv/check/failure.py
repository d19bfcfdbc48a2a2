"""The report on a function that failed: its mistake's name, the smallest case that shows it, its points."""

import dataclasses
import pickle
import time
from collections.abc import Callable, Sequence

from tinyconv.check.diagnosis import diagnose
from tinyconv.check.drawing import Trial
from tinyconv.check.facts import telling
from tinyconv.check.part import Part
from tinyconv.check.report import Report
from tinyconv.check.shrinking import smallest
from tinyconv.check.verdict import Verdict
from tinyconv.check.worker import FATAL

Retry = Callable[[Trial], Verdict]


def failure(
    part: Part,
    cases: Sequence[Trial],
    verdicts: Sequence[Verdict],
    options: frozenset[str],
    seed: int,
    retry: Retry,
    seconds: float,
) -> Report:
    """Return the report; `retry` asks the function again, about smaller cases, for so many `seconds`."""
    whole = len(verdicts) == len(cases)
    share = earned(part, cases, verdicts)
    if all(verdict.right for verdict in verdicts):
        said = f"{len(verdicts)} of {len(cases)} tiny cases took more time than all may take"
        return Report(part.name, "slow", share, said, asked=len(cases), failed=len(cases) - len(verdicts))
    trial, verdict = _shown(part, cases, verdicts, options, seed, retry, seconds)
    diagnoses = diagnose(part, cases, verdicts) if whole else ()
    facts = telling(part, cases, verdicts) if whole and not diagnoses else ()
    report = Report(
        part.name,
        verdict.kind,
        share,
        verdict.said,
        diagnoses,
        facts,
        failed=len(cases) - sum(each.right for each in verdicts),
        asked=len(cases),
    )
    if verdict.kind == "unfinished":
        return report
    spared = set(part.extras) - options  # arguments that this function doesn't take
    case = {name: value for name, value in part.public(trial.case.given).items() if name not in spared}
    expected, got = dict(trial.expected), dict(verdict.got)
    return dataclasses.replace(report, case=case, expected=expected, got=got, layout=trial.case.layout)


def earned(part: Part, cases: Sequence[Trial], verdicts: Sequence[Verdict]) -> float:
    """Return the share of right outputs, of all that are not zeros: whoever returns zeros earns nothing."""
    wrong = [verdict.wrong for verdict in verdicts] + [part.outputs] * (len(cases) - len(verdicts))
    points = [
        name not in missed
        for trial, missed in zip(cases, wrong, strict=True)
        for name in part.outputs
        if trial.counts
    ]
    return sum(points) / max(1, len(points))


def _shown(
    part: Part,
    cases: Sequence[Trial],
    verdicts: Sequence[Verdict],
    options: frozenset[str],
    seed: int,
    retry: Retry,
    seconds: float,
) -> tuple[Trial, Verdict]:
    """Return the smallest failing case that can be found without ending the function's process again."""
    failing = [pair for pair in zip(cases, verdicts, strict=False) if not pair[1].right]
    soft = [pair for pair in failing if pair[1].kind not in (*FATAL, "unfinished")]
    if not soft or seconds <= 0:
        return (soft or failing)[0]
    again = _Again(retry, time.monotonic() + seconds)
    found = smallest(part, options, seed, again.fails)
    return (found, again.seen[_key(found)]) if found else soft[0]


class _Again:
    """Asks about smaller cases, each once, until the time is over."""

    def __init__(self, retry: Retry, deadline: float) -> None:
        self._retry, self._deadline = retry, deadline
        self.seen: dict[bytes, Verdict] = {}

    def fails(self, trial: Trial) -> bool:
        """Say whether the function fails here, softly."""
        key = _key(trial)
        if key not in self.seen:
            if time.monotonic() > self._deadline:
                return False
            self.seen[key] = self._retry(trial)
        return not self.seen[key].right and self.seen[key].kind not in FATAL


def _key(trial: Trial) -> bytes:
    return pickle.dumps(trial.case)
