"""Whether an answer is right; if not, in which way it is wrong."""

from typing import Any, NamedTuple

import numpy as np

from tinyconv.check.answer import Answer, Value
from tinyconv.check.drawing import Trial
from tinyconv.check.part import Part
from tinyconv.shapes import Array

TOLERANCE = 1e-4  # the numbers are small and whole, or halves: more than any order of additions costs
# From the one that says most about the function to the one that says least.
KINDS = ("right", "changed", "values", "dtype", "shape", "type", "unfinished", "raised", "garbled", "died", "hung")


class Verdict(NamedTuple):
    """One of `KINDS`, the outputs that are wrong, and what the function gave for each output."""

    kind: str
    wrong: tuple[str, ...] = ()
    got: dict[str, Array | None] = {}  # noqa: RUF012 — never written to; None: nothing to compare
    said: str = ""  # what is wrong, in words
    changed: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether everything is as it must be."""
        return self.kind == "right"


def judge(part: Part, trial: Trial, answer: Answer) -> Verdict:
    """Compare an answer with what was expected."""
    if answer.kind != "returned":
        return Verdict(answer.kind, part.outputs, dict.fromkeys(part.outputs), answer.error)
    if len(answer.values) != len(part.outputs):
        said = f"it must return {', '.join(part.outputs)}, got {', '.join(map(str, answer.values)) or 'nothing'}"
        return Verdict("type", part.outputs, dict.fromkeys(part.outputs), said)
    named = dict(zip(part.outputs, answer.values, strict=True))
    kinds = {name: _kind(trial.expected[name], value) for name, value in named.items()}
    wrong = tuple(name for name, kind in kinds.items() if kind != "right")
    got = {name: value.array for name, value in named.items()}
    if answer.changed and not wrong:
        said = f"it writes into its input: {', '.join(answer.changed)}"
        return Verdict("changed", part.outputs, got, said, answer.changed)
    kind = max(kinds.values(), key=KINDS.index)
    first = next((name for name in wrong if kinds[name] == kind), "")
    said = _said(kind, first, trial.expected.get(first), named.get(first))
    return Verdict(kind, wrong, got, said, answer.changed)


def _kind(expected: Any, value: Value) -> str:
    wanted = Value.of(expected)
    if value.type != wanted.type:
        return "type"
    if value.shape != wanted.shape:
        return "shape"
    if wanted.type == "ndarray" and value.dtype not in ("float32", "float64"):
        return "dtype"
    return "right" if close(value.array, expected) else "values"


def _said(kind: str, name: str, expected: Any, value: Value | None) -> str:
    wanted = Value.of(expected)
    if kind == "type":
        must = "a NumPy array" if wanted.type == "ndarray" else f"a {wanted.type}"
        return f"{name} must be {must}, got {value}"
    if kind == "shape" and value:
        return f"{name} must have the shape {wanted.shape}, got {value.shape}"
    if kind == "dtype" and value:
        return f"{name} must be float32 or float64, got {value.dtype}"
    return ""


def close(got: Array | None, expected: Any) -> bool:
    """Return whether two arrays have one shape and the same numbers, but for rounding.

    >>> close(np.array([1.0]), np.array([1.000001])), close(np.array([1.0]), np.array([2.0]))
    (True, False)
    """
    if got is None or got.shape != np.shape(expected):
        return False
    return bool(np.allclose(got, expected, rtol=TOLERANCE, atol=TOLERANCE))
