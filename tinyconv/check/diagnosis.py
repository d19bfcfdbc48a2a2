"""Which mistake of the catalogue a function behaves like."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tinyconv.check.drawing import Trial
from tinyconv.check.mistakes import CATALOGUE, Mistake
from tinyconv.check.part import Part
from tinyconv.check.verdict import Verdict, close
from tinyconv.shapes import Array


def diagnose(part: Part, trials: Sequence[Trial], verdicts: Sequence[Verdict]) -> tuple[Mistake, ...]:
    """Return the mistake that explains every answer; or one for each wrong output; or none."""
    wrong = [name for name in part.outputs if any(name in verdict.wrong for verdict in verdicts)]
    known = CATALOGUE[part.name].values()
    explained = {mistake.name: explains(mistake, part, trials, verdicts) for mistake in known}
    for mistake in known:
        if explained[mistake.name] == set(part.outputs):
            return (mistake,)
    found = [next((each for each in known if name in explained[each.name]), None) for name in wrong]
    return () if None in found else tuple(dict.fromkeys(each for each in found if each))


def explains(
    mistake: Mistake, part: Part, trials: Sequence[Trial], verdicts: Sequence[Verdict]
) -> set[str]:
    """Return the outputs in which a function and a mistake agree on all cases."""
    ways = [_agreeing(wrong, part, trials, verdicts) for wrong in (mistake.wrong, *mistake.also)]
    return max(ways, key=len)


def _agreeing(
    wrong: Callable[[Any], Any], part: Part, trials: Sequence[Trial], verdicts: Sequence[Verdict]
) -> set[str]:
    agree = set(part.outputs)
    for trial, verdict in zip(trials, verdicts, strict=True):
        made, changed = outcome(wrong, part, trial)
        if changed != verdict.changed:
            return set()
        agree = {name for name in agree if _alike(verdict.got[name], made.get(name), trial.expected[name])}
        if not agree:
            break
    return agree


def outcome(wrong: Callable[[Any], Any], part: Part, trial: Trial) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what a mistake makes of a case (nothing, where it fails), and which arguments it changes."""
    given = trial.case.given
    copy = given._replace(
        **{name: value.copy() for name, value in given._asdict().items() if isinstance(value, np.ndarray)}
    )
    try:
        made = part.answers(wrong(copy))
    except (ValueError, IndexError):  # axes that don't meet: so it would be in the student's function
        return {}, ()
    changed = [
        name
        for name, value in given._asdict().items()
        if isinstance(value, np.ndarray) and not np.array_equal(value, getattr(copy, name))
    ]
    return made, tuple(changed)


def _alike(got: Array | None, made: Any, expected: Any) -> bool:
    """Return whether both made the same array, or both something that cannot be compared."""
    if made is None:
        return got is None or got.shape != np.shape(expected)
    return close(got, made)
