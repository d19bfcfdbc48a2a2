"""The smallest case that fails: first small sizes, then numbers near 0. Hypothesis does both."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import hypothesis
import numpy as np
from hypothesis import strategies as st

from tinyconv.check.drawing import (
    LARGEST,
    SETTINGS,
    Trial,
    drawn_fill,
    drawn_pick,
    make_case,
    no_traces,
    random_fill,
    trial,
)
from tinyconv.check.operations.source import Fill, Pick, Source
from tinyconv.check.part import Part, size

TRIES = 150  # draws in search of a failure
Fails = Callable[[Trial], bool]
Sizes = list[int]  # whatever was picked, in the order of the picks


def smallest(part: Part, options: frozenset[str], seed: int, fails: Fails) -> Trial | None:
    """Return the smallest trial found that fails, or None.

    >>> from tinyconv.check.parts import PARTS
    >>> relu = PARTS["relu_forward"]
    >>> smallest(relu, frozenset(), 0, lambda trial: bool((trial.case.given.x < -1).any())).case.given.x
    array([[-2.]])
    """
    found: list[Trial] = []

    def noted(tried: Trial) -> bool:
        failed = fails(tried)
        if failed:
            found.append(tried)
        return failed

    def some_fill(sizes: Sizes) -> bool:
        return any(noted(_filled(part, options, sizes, fill)) for fill in _fills(seed))

    sizes = _find(_sizes(part, options), some_fill, seed)
    if sizes is not None:
        _find(_numbers(part, options, sizes), noted, seed)
    return min(found, key=_weight) if found else None


def _find(strategy: st.SearchStrategy[Any], fails: Callable[[Any], bool], seed: int) -> Any:
    phases = [hypothesis.Phase.generate, hypothesis.Phase.shrink]
    settings = hypothesis.settings(max_examples=TRIES, phases=phases, **SETTINGS)
    try:
        with no_traces():
            return hypothesis.find(strategy, fails, settings=settings, random=random.Random(seed))
    except (hypothesis.errors.NoSuchExample, hypothesis.errors.Flaky):  # or it answers now so, now so
        return None


def _weight(tried: Trial) -> tuple[int, float, int]:
    """Order trials by how much there is to read: how many numbers, how far from 0, how many options."""
    given = tried.case.given
    arrays = [value for value in given if isinstance(value, np.ndarray)]
    options = sum(np.sum(value) for value in given if isinstance(value, int | tuple))
    far = sum(float(abs(array).sum() + (array < 0).sum() / 2) for array in arrays)
    return size(tried.case), far, int(options)


def _fills(seed: int) -> list[Fill]:
    """Return ways to fill arrays: one number everywhere, ties, and anything."""
    rngs = [np.random.default_rng((seed, number)) for number in range(5)]
    constants = [partial(_repeated, number) for number in (0, 1, -1, LARGEST, -LARGEST)]
    return [*constants, random_fill(rngs[0], 1), *(random_fill(rng) for rng in rngs[1:])]


def _repeated(number: int, count: int) -> list[int]:
    return [number] * count


def _replay(sizes: Sizes) -> Pick:
    left = iter(sizes)
    return lambda low, high: next(left)


def _filled(part: Part, options: frozenset[str], sizes: Sizes, fill: Fill) -> Trial:
    return trial(part, make_case(part, Source(_replay(sizes), fill, options)))


def _sizes(part: Part, options: frozenset[str]) -> st.SearchStrategy[Sizes]:
    @st.composite
    def sizes(draw: Any) -> Sizes:
        picked: Sizes = []

        def pick(low: int, high: int) -> int:
            picked.append(drawn_pick(draw)(low, high))
            return picked[-1]

        make_case(part, Source(pick, lambda count: [0] * count, options))
        return picked

    return sizes()


def _numbers(part: Part, options: frozenset[str], sizes: Sizes) -> st.SearchStrategy[Trial]:
    @st.composite
    def numbers(draw: Any) -> Trial:
        return _filled(part, options, sizes, drawn_fill(draw))

    return numbers()
