"""The cases of a part: the same ones for everybody with the same seed."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from tinyconv.check.operations.source import Fill, Pick, Source
from tinyconv.check.part import Case, Part, size
from tinyconv.check.parts import PARTS

try:
    import hypothesis
    from hypothesis import configuration
    from hypothesis import strategies as st
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "tinyconv.check: hypothesis must be installed: pip install 'tinyconv[check]'"
    ) from missing

DRAWN, RANDOM = 32, 32  # cases by Hypothesis, which likes the edges, and by a generator, which likes none
LARGEST = 4  # entries run from −4 to 4: a person can check them
LAYOUTS = ("C", "C", "Fortran", "strided")
SETTINGS: dict[str, Any] = {
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
    part, rng = PARTS[name], np.random.default_rng(seed)
    source = Source(lambda low, high: int(rng.integers(low, high + 1)), random_fill(rng), options)
    cases = [*_drawn(part, options, seed), *(make_case(part, source.fresh()) for _ in range(RANDOM))]
    return tuple(trial(part, case) for case in sorted(cases, key=size))


def make_case(part: Part, source: Source) -> Case:
    """Draw a call's arguments, then how their arrays lie in memory."""
    given = part.draw(source)
    has_arrays = any(isinstance(value, np.ndarray) for value in given)
    return Case(given, source.one_of(LAYOUTS) if has_arrays else "C")


def random_fill(rng: np.random.Generator, largest: int = LARGEST) -> Fill:
    """Return a source of entries that are all equally likely."""
    return lambda count: rng.integers(-largest, largest + 1, count).tolist()


def drawn_pick(draw: Callable[..., Any]) -> Pick:
    """Return a source of sizes that Hypothesis chooses."""
    return lambda low, high: draw(st.integers(low, high))


def drawn_fill(draw: Callable[..., Any]) -> Fill:
    """Return a source of entries that Hypothesis chooses."""
    entries = st.integers(-LARGEST, LARGEST)
    return lambda count: draw(st.lists(entries, min_size=count, max_size=count))


def _drawn(part: Part, options: frozenset[str], seed: int) -> list[Case]:
    cases: list[Case] = []

    @st.composite
    def strategy(draw: Any) -> Case:
        return make_case(part, Source(drawn_pick(draw), drawn_fill(draw), options))

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=DRAWN, phases=[hypothesis.Phase.generate], **SETTINGS)
    @hypothesis.given(strategy())
    def collect(case: Case) -> None:
        cases.append(case)

    with no_traces():
        collect()
    return cases


@contextlib.contextmanager
def no_traces() -> Iterator[None]:
    """Send what Hypothesis writes, notes on every module that it meets, to a folder that is thrown away."""
    home: Any = configuration.storage_directory(intent_to_write=False)
    with tempfile.TemporaryDirectory(prefix="tinyconv-", ignore_cleanup_errors=True) as directory:
        configuration.set_hypothesis_home_dir(directory)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(
                getattr(home, "path", home)
            )  # older versions: a path itself
