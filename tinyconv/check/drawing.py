"""The cases of a part: the same ones for everybody with the same seed, and the smallest that still fails."""

import random
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from tinyconv.check.operations.source import Source
from tinyconv.check.part import Case, Part, size
from tinyconv.check.parts import PARTS
from tinyconv.shapes import Array

try:
    import hypothesis
    from hypothesis import strategies as st
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "tinyconv.check: hypothesis must be installed: pip install 'tinyconv[check]'"
    ) from missing

DRAWN, RANDOM, TRIES = 32, 32, 150  # cases by Hypothesis, by a generator; draws in search of a small failure
LAYOUTS = ("C", "C", "Fortran", "strided")
_OPEN = {
    "database": None,
    "deadline": None,
    "derandomize": False,
    "suppress_health_check": list(hypothesis.HealthCheck),
    "verbosity": hypothesis.Verbosity.quiet,
}


class Trial(NamedTuple):
    """A case, and what comes of it where all is right."""

    case: Case
    expected: dict[str, Any]

    @property
    def counts(self) -> bool:
        """Whether a function that returns zeros would be wrong: only then are there points to earn."""
        return any(np.any(value) for value in self.expected.values())


def trial(part: Part, case: Case) -> Trial:
    """Work out the right answer."""
    return Trial(case, part.answers(part.right(case.given)))


@lru_cache(maxsize=64)
def trials(name: str, options: frozenset[str], seed: int) -> tuple[Trial, ...]:
    """Return a part's cases, small ones first: half from Hypothesis, half from a plain generator.

    >>> len(trials("relu_forward", frozenset(), 0))
    64
    """
    part = PARTS[name]
    cases = [*_drawn(part, options, seed), *_random(part, options, seed)]
    return tuple(trial(part, case) for case in sorted(cases, key=size))


def smallest(
    part: Part, options: frozenset[str], seed: int, fails: Callable[[Trial], bool]
) -> Trial | None:
    """Return the smallest trial found that fails: few numbers, and those near 0."""
    found: list[Trial] = []

    def failing(case: Case) -> bool:
        tried = trial(part, case)
        if fails(tried):
            found.append(tried)
        return bool(found) and found[-1] is tried

    settings = hypothesis.settings(max_examples=TRIES, **_OPEN)
    try:
        generator = random.Random(seed)
        case = hypothesis.find(_strategy(part, options), failing, settings=settings, random=generator)
    except hypothesis.errors.NoSuchExample:
        return None
    except hypothesis.errors.Flaky:  # the function doesn't answer the same each time
        return min(found, key=lambda each: size(each.case))
    return trial(part, case)


def _strategy(part: Part, options: frozenset[str]) -> st.SearchStrategy[Case]:
    @st.composite
    def cases(draw: Any) -> Case:
        def integers(low: int, high: int, count: int) -> list[int]:
            numbers = st.integers(low, high)
            return draw(st.lists(numbers, min_size=count, max_size=count)) if count != 1 else [draw(numbers)]

        return _case(part, Source(integers, options))

    return cases()


def _drawn(part: Part, options: frozenset[str], seed: int) -> list[Case]:
    cases: list[Case] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=DRAWN, phases=[hypothesis.Phase.generate], **_OPEN)
    @hypothesis.given(_strategy(part, options))
    def collect(case: Case) -> None:
        cases.append(case)

    collect()
    return cases


def _random(part: Part, options: frozenset[str], seed: int) -> list[Case]:
    rng = np.random.default_rng(seed)

    def integers(low: int, high: int, count: int) -> list[int]:
        return rng.integers(low, high + 1, count).tolist()


    return [_case(part, Source(integers, options)) for _ in range(RANDOM)]


def _case(part: Part, source: Source) -> Case:
    given = part.draw(source)
    has_arrays = any(isinstance(value, np.ndarray) for value in given)
    return Case(given, source.one_of(LAYOUTS) if has_arrays else "C")
