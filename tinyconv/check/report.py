"""What a check found."""

from dataclasses import dataclass, field
from typing import Any

from tinyconv.check import html, text
from tinyconv.check.mistakes import Mistake


class CheckFailed(AssertionError):
    """Raised by `Report.require` with the report's text."""


@dataclass(frozen=True)
class Report:
    """What a check found: shown as text in a shell, as tables in a notebook; true where all is right.

    `kind` is "right"; or "values", "shape", "type", "dtype", "changed" (its input), "unfinished"
    (NotImplementedError), "raised", "hung", "died", "garbled", "slow", "signature", "missing".
    `share` is the part of the points that was earned: answers right, out of all that are not zeros.
    """

    part: str
    kind: str = "right"
    share: float = 0.0
    said: str = ""  # what is wrong in words; of an error, the student's own frames
    diagnoses: tuple[Mistake, ...] = ()
    facts: tuple[str, ...] = ()
    case: dict[str, Any] = field(default_factory=dict)  # the smallest failing case's arguments
    expected: dict[str, Any] = field(default_factory=dict)  # by output
    got: dict[str, Any] = field(default_factory=dict)  # None: nothing that could be compared
    layout: str = "C"
    failed: int = 0
    asked: int = 0
    remarks: tuple[str, ...] = ()  # what is no mistake but should be known

    @property
    def passed(self) -> bool:
        """Whether everything was right."""
        return self.kind == "right"

    @property
    def diagnosis(self) -> str | None:
        """The mistake's name, or None."""
        return self.diagnoses[0].name if self.diagnoses else None

    @property
    def text(self) -> str:
        """The whole report as text."""
        return text.render(self)

    def require(self) -> None:
        """Raise a `CheckFailed` with the report's text unless everything was right: for pytest."""
        __tracebackhide__ = True  # pytest shows the caller's line, and this text
        if not self.passed:
            raise CheckFailed(self.text)

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        return self.text

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return html.render(self)
