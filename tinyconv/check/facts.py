"""The most telling facts about a function that no known mistake explains: when it is wrong, and where."""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from tinyconv.check.drawing import Trial
from tinyconv.check.part import PAIRS, Case, Part
from tinyconv.check.verdict import Verdict, close
from tinyconv.shapes import Array

MOST = 3  # facts in a report


class Fact(NamedTuple):
    """Something that is true of some cases."""

    words: str
    holds: Callable[[Case], bool]


def _both(case: Case, name: str) -> tuple[int, int]:
    value = getattr(case.given, name, 0)
    return value if isinstance(value, tuple) else (value, value)


def _above(name: str, least: int) -> Callable[[Case], bool]:
    return lambda case: max(_both(case, name)) > least


def _apart(name: str) -> Callable[[Case], bool]:
    return lambda case: _both(case, name)[0] != _both(case, name)[1]


def _shape(case: Case, name: str) -> tuple[int, ...]:
    value: Any = getattr(case.given, name, None)
    return np.shape(value)


def _axis(name: str, axis: int) -> Callable[[Case], bool]:
    def several(case: Case) -> bool:
        shape = _shape(case, name)
        return len(shape) > axis and shape[axis] > 1

    return several


def _kernel(case: Case) -> tuple[int, int]:
    weight = _shape(case, "weight")
    return (weight[2], weight[3]) if len(weight) == 4 else _both(case, "kernel_size")


def _overlap(case: Case) -> bool:
    axes = zip(_kernel(case), _both(case, "dilation"), _both(case, "stride"), strict=True)
    return any(0 < stride < max(d, 1) * (k - 1) + 1 for k, d, stride in axes)


def _left_over(case: Case) -> bool:
    """Whether the last window ends before the padded image does."""
    window = getattr(case.given, "window", None)
    size = getattr(case.given, "image_size", _shape(case, "x")[2:])
    if window is None or len(size) != 2:
        return False
    axes = zip(size, (window.rows, window.cols), strict=True)
    return any((length + a.before + a.after - a.extent) % a.stride for length, a in axes)


def _x(case: Case) -> Array:
    value = getattr(case.given, "x", None)
    return np.zeros(0) if value is None else value


FACTS = (
    Fact("there is padding", _above("padding", 0)),
    Fact("the stride is above 1", _above("stride", 1)),
    Fact("the dilation is above 1", _above("dilation", 1)),
    Fact("there are several groups", _above("groups", 1)),
    Fact("windows overlap", _overlap),
    Fact("the batch has several images", _axis("x", 0)),
    Fact("the input has several channels", _axis("x", 1)),
    Fact("there are several filters", _axis("weight", 0)),
    Fact("the kernel is larger than 1×1", lambda case: max(_kernel(case)) > 1),
    Fact("the kernel is not square", lambda case: _kernel(case)[0] != _kernel(case)[1]),
    Fact("the image is not square", lambda case: len(set(_x(case).shape[2:])) == 2),
    Fact("the stride differs between rows and columns", _apart("stride")),
    Fact("the padding differs between rows and columns", _apart("padding")),
    Fact("the dilation differs between rows and columns", _apart("dilation")),
    Fact("the last window leaves pixels over", _left_over),
    Fact("ceil_mode is on", lambda case: bool(getattr(case.given, "ceil_mode", False))),
    Fact("the bias is None", lambda case: getattr(case.given, "bias", 0) is None),
    Fact("the bias is not zero", lambda case: bool(np.any(getattr(case.given, "bias", None)))),
    Fact("the input holds negative numbers", lambda case: bool(np.any(_x(case) < 0))),
    Fact("the input holds zeros", lambda case: bool(np.any(_x(case) == 0))),
    Fact("the input holds fractions", lambda case: bool(np.any(_x(case) % 1))),
    Fact("the arrays are float32", lambda case: _x(case).dtype == np.float32),
    Fact("the arrays are not C-contiguous", lambda case: case.layout != "C"),
    Fact("the input has two axes", lambda case: _x(case).ndim == 2),
    Fact("a number comes as a pair", lambda case: any(_apart(name)(case) for name in PAIRS)),
)


def telling(part: Part, trials: Sequence[Trial], verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """Return up to three facts, the most telling first."""
    found = [*_outputs(part, verdicts), *_when(trials, verdicts), *_where(part, trials, verdicts)]
    return tuple(found[:MOST])


def _outputs(part: Part, verdicts: Sequence[Verdict]) -> list[str]:
    wrong = [name for name in part.outputs if any(name in verdict.wrong for verdict in verdicts)]
    right = [name for name in part.outputs if name not in wrong]
    return [f"wrong: {', '.join(wrong)}; always right: {', '.join(right)}"] if right else []


def _when(trials: Sequence[Trial], verdicts: Sequence[Verdict]) -> list[str]:
    """Return when it is wrong: exactly then, or only then."""
    wrong = np.array([not verdict.right for verdict in verdicts])
    true = {fact.words: np.array([fact.holds(trial.case) for trial in trials]) for fact in FACTS}
    true = {words: holds for words, holds in true.items() if holds.any() and not holds.all()}
    pairs = {f"{a} and {b}": true[a] & true[b] for a, b in combinations(true, 2)}
    for candidates in (true, pairs):
        exact = [words for words, holds in candidates.items() if np.array_equal(holds, wrong)]
        if exact:
            return [f"wrong whenever {exact[0]}, right otherwise"]
    needed = [words for words, holds in true.items() if holds[wrong].all()]
    needed.sort(key=lambda words: int(true[words].sum()))  # the rarer, the more it says
    return [f"wrong only when {' and '.join(needed[:2])}"] if needed else []


Arrays = list[tuple[Array, Array]]  # (got, expected)


def _where(part: Part, trials: Sequence[Trial], verdicts: Sequence[Verdict]) -> list[str]:
    """Return where the wrong numbers stand, or how they differ, for the first output that is wrong."""
    for name in part.outputs:
        pairs = [
            (np.asarray(verdict.got[name]), np.asarray(trial.expected[name]))
            for trial, verdict in zip(trials, verdicts, strict=True)
            if name in verdict.wrong
        ]
        if pairs:
            if all(got.shape == right.shape and got.dtype != object for got, right in pairs):
                return [f"{name}: {words}" for words, hold in PLACES if hold(pairs)]
            return []
    return []


def _scaled(factor: float) -> Callable[[Arrays], bool]:
    return lambda pairs: all(close(got, factor * right) for got, right in pairs)


def _only(inside: Callable[[tuple[int, ...], tuple[int, ...]], bool]) -> Callable[[Arrays], bool]:
    """Return whether all wrong numbers stand at places of one kind, and there are other places."""

    def hold(pairs: Arrays) -> bool:
        if any(right.ndim < 2 for _, right in pairs):
            return False
        others = False
        for got, right in pairs:
            off = ~np.isclose(got, right, rtol=1e-4, atol=1e-4)
            kind = np.array([inside(place, right.shape) for place in np.ndindex(right.shape)], bool)
            if (off.ravel() & ~kind).any():
                return False
            others |= bool((~kind).any())
        return others

    return hold


_LAST_ROW = _only(lambda place, shape: place[-2] == shape[-2] - 1)
_LAST_COLUMN = _only(lambda place, shape: place[-1] == shape[-1] - 1)
_BORDER = _only(lambda place, shape: any(place[axis] in (0, shape[axis] - 1) for axis in (-2, -1)))


def _all_along_the_border(pairs: Arrays) -> bool:
    return _BORDER(pairs) and not _LAST_ROW(pairs) and not _LAST_COLUMN(pairs)


PLACES: tuple[tuple[str, Callable[[Arrays], bool]], ...] = (
    ("all signs are turned", _scaled(-1)),
    ("twice what it must be", _scaled(2)),
    ("half of what it must be", _scaled(0.5)),
    ("all zeros", lambda pairs: not any(got.any() for got, _ in pairs)),
    ("NaN or infinity among the numbers", lambda pairs: any(not np.isfinite(got).all() for got, _ in pairs)),
    ("only images after the first are wrong", _only(lambda place, shape: place[0] > 0)),
    ("only the first image is wrong", _only(lambda place, shape: place[0] == 0)),
    ("only channels after the first are wrong", _only(lambda place, shape: place[1] > 0)),
    ("only the last row is wrong", _LAST_ROW),
    ("only the last column is wrong", _LAST_COLUMN),
    ("only the border is wrong", _all_along_the_border),
)
