"""One call of somebody else's function: the arguments in its style, and everything that can come of it."""

import contextlib
import io
import os
import traceback
import warnings
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tinyconv.check.answer import TEXT, Answer, Value
from tinyconv.check.asking import Ask
from tinyconv.check.part import Case, Part
from tinyconv.check.parts import PARTS
from tinyconv.shapes import Array

_OURS = str(Path(__file__).parents[1]) + os.sep
_FRAMES = 6  # of a traceback: the last ones tell


class Request(NamedTuple):
    """Which function to call, for which part, how, and with what."""

    function: str
    forward: str  # "" where the function needs none
    part: str
    ask: Ask
    case: Case


class Printed(io.StringIO):
    """Text up to a limit; what comes after is dropped."""

    def write(self, text: str) -> int:
        """Keep what still fits."""
        room = TEXT - self.tell()
        return super().write(text[:room]) if room > 0 else 0


def answer(functions: dict[str, Callable[..., Any]], request: Request) -> Answer:
    """Call a function once, and say what came of it."""
    part = PARTS[request.part]
    handed = _handed(part, request.case)
    before = {name: value.copy() for name, value in handed.items() if isinstance(value, np.ndarray)}
    printed = Printed()
    try:
        with contextlib.redirect_stdout(printed), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # a filter of the marker's must not turn them into errors
            values = _values(part, _result(functions, request, part, handed))
    except NotImplementedError as error:
        return Answer("unfinished", error=student_frames(error), printed=printed.getvalue())
    except BaseException as error:  # SystemExit too: a function that leaves must not take the marker along
        return Answer("raised", error=student_frames(error), printed=printed.getvalue())
    changed = tuple(name for name, value in before.items() if not np.array_equal(value, handed[name]))
    return Answer("returned", values, printed=printed.getvalue(), changed=changed)


def _handed(part: Part, case: Case) -> dict[str, Any]:
    """Return the arguments by name, each array a fresh one in the case's memory layout."""
    lay = LAYOUTS[case.layout]
    public = part.public(case.given)
    return {name: lay(value) if isinstance(value, np.ndarray) else value for name, value in public.items()}


def _spread(array: Array) -> Array:
    """Return the same numbers, every second place of a wider array."""
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "C": lambda array: np.array(array, order="C"),
    "Fortran": lambda array: np.array(array, order="F"),
    "strided": _spread,
}


def _result(
    functions: dict[str, Callable[..., Any]], request: Request, part: Part, handed: dict[str, Any]
) -> Any:
    function, ask = functions[request.function], request.ask
    if ask.style == "functional":
        return _call(function, ask, handed)
    if not part.forward:  # the course's way
        return _course(function(*part.course.arguments(handed)) if part.course else None, part, ask)
    return _course(function(handed["dy"], _cache(functions, request, part, handed)), part, ask)


def _call(function: Callable[..., Any], ask: Ask, handed: dict[str, Any]) -> Any:
    by_place = [handed[argument] for _, kind, argument in ask.names if kind == "positional"]
    by_name = {name: handed[argument] for name, kind, argument in ask.names if kind != "positional"}
    return function(*by_place, **by_name)


def _cache(
    functions: dict[str, Callable[..., Any]], request: Request, part: Part, handed: dict[str, Any]
) -> Any:
    """Return what the function's own forward kept; where that keeps nothing, the forward's arguments."""
    there, ask = PARTS[part.forward], request.ask
    if ask.forward:
        forward = functions[request.forward]
        course = there.course if ask.forward.style == "course" else None
        kept = forward(*course.arguments(handed)) if course else _call(forward, ask.forward, handed)
        if isinstance(kept, tuple) and len(kept) == 2:
            return kept[1]
    if ask.style == "course" and part.course:
        arguments = part.course.arguments(handed)
        return arguments if len(arguments) > 1 else arguments[0]
    extras = [name for name in there.extras if name in ask.options]
    names = [*there.arrays, *there.options, *extras]
    return namedtuple("Cache", names)(*(handed[name] for name in names))


def _course(result: Any, part: Part, ask: Ask) -> Any:
    """Bring a course's result into our layout, where it is a result at all."""
    whole = isinstance(result, tuple) and len(result) == len(part.outputs)
    return part.course.outputs(result) if part.course and ask.style == "course" and whole else result


def _values(part: Part, result: Any) -> tuple[Value, ...]:
    """Describe the outputs; a forward function may return (y, cache): its cache is its own."""
    if len(part.outputs) == 1:
        return (Value.of(result[0] if isinstance(result, tuple) and result else result),)
    several = isinstance(result, tuple | list)
    return tuple(map(Value.of, result)) if several else (Value.of(result),)


def student_frames(error: BaseException) -> str:
    """Return a traceback without any frame of the marker: what stays is what the student wrote."""
    trace = traceback.TracebackException.from_exception(error, limit=-50, capture_locals=False)
    frames = [frame for frame in trace.stack if not frame.filename.startswith(_OURS)]
    lines = traceback.format_list(frames[-_FRAMES:])
    return "".join([*lines, *trace.format_exception_only()])[-TEXT:].rstrip()
