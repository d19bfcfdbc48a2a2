"""What a catalogue entry is: a small wrong implementation with a name, its cause, and a hint."""

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any, NamedTuple

from tinyconv.check.parts import PARTS


class Mistake(NamedTuple):
    """A classic mistake. `wrong` takes a case's arguments and returns what the mistaken function would."""

    part: str
    name: str
    cause: str  # what is wrong, in one sentence
    hint: str  # where to look: it doesn't give the answer away
    wrong: Callable[[Any], Any]
    also: tuple[Callable[[Any], Any], ...] = ()  # other ways to the same mistake

    @property
    def title(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ")

    def function(self) -> Callable[..., Any]:
        """Return the mistake as a student would hand it in: called like the part's function.

        >>> from tinyconv.check import mistakes
        >>> import numpy as np
        >>> mistakes.CATALOGUE["relu_forward"]["negative_kept"].function()(np.array([-1.0, 2.0]))
        array([-1.,  0.])
        """
        part = PARTS[self.part]
        signature = Signature([_parameter(name, name in part.extras) for name in part.arguments])

        def student(*values: Any, **named: Any) -> Any:
            bound = signature.bind(*values, **named)
            bound.apply_defaults()
            result = self.wrong(part.given(**bound.arguments))
            return tuple(result) if len(part.outputs) > 1 else result

        student.__signature__ = signature  # type: ignore[attr-defined]
        return student


_DEFAULTS = {"padding": 0, "dilation": 1, "groups": 1, "ceil_mode": False}


def _parameter(name: str, optional: bool) -> Parameter:
    default = _DEFAULTS[name] if optional else Parameter.empty
    return Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=default)


CATALOGUE: dict[str, dict[str, Mistake]] = {name: {} for name in PARTS}


Wrong = Callable[[Any], Any]


def mistake(part: str, cause: str, hint: str, also: tuple[Wrong, ...] = ()) -> Callable[[Wrong], Wrong]:
    """Enter a wrong implementation into the catalogue, under its own name."""

    def enter(wrong: Wrong) -> Wrong:
        CATALOGUE[part][wrong.__name__] = Mistake(part, wrong.__name__, cause, hint, wrong, also)
        return wrong

    return enter
