"""A part: one function that somebody else wrote, what it must do, and how a course would call it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tinyconv.check.operations.source import Source
from tinyconv.shapes import Array

PAIRS = ("kernel_size", "stride", "padding", "dilation")  # an int, or (rows, columns)


class Case(NamedTuple):
    """One call: the operation's arguments as a named tuple, and how their arrays lie in memory."""

    given: Any
    layout: str = "C"


class Course(NamedTuple):
    """How the usual course writes the same function: its names, and a dict where options would be."""

    names: tuple[str, ...]  # ("conv_forward", …)
    arguments: Callable[[dict[str, Any]], tuple[Any, ...]]  # of the forward function: also what its cache holds
    options: tuple[str, ...] = ()  # the options that its dict can say
    outputs: Callable[[tuple[Any, ...]], tuple[Any, ...]] = tuple  # from the course's layout to ours


class Part(NamedTuple):
    """What a function is given, what it must return, and where the right answer comes from.

    A part that goes backward has `dy` as its first array, and the name of its `forward` part.
    """

    name: str
    given: Callable[..., Any]  # makes the operation's named tuple of the arguments by name
    arrays: tuple[str, ...]  # in the order of the call
    options: tuple[str, ...]  # a function must take these
    extras: tuple[str, ...]  # and may take these: it is asked only for what it takes
    outputs: tuple[str, ...]
    right: Callable[[Any], Any]
    draw: Callable[[Source], Any]
    course: Course | None = None
    forward: str = ""
    spare: tuple[str, ...] = ()  # arrays that a backward function can do without

    @property
    def arguments(self) -> tuple[str, ...]:
        """Every argument's name, in the order of the call."""
        return self.arrays + self.options + self.extras

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which a file may hold the function."""
        return (self.name, *(self.course.names if self.course else ()))

    def public(self, given: Any) -> dict[str, Any]:
        """Return the arguments as a caller writes them: 2 rather than (2, 2)."""
        return {name: _plain(name, getattr(given, name)) for name in self.arguments}

    def answers(self, result: Any) -> dict[str, Any]:
        """Return a result's arrays by name: of one array, or of a tuple of them."""
        return dict(zip(self.outputs, result if len(self.outputs) > 1 else (result,), strict=True))


def _plain(name: str, value: Any) -> Any:
    if name in PAIRS and isinstance(value, tuple) and value[0] == value[1]:
        return value[0]
    return value


def paired(kind: Callable[..., Any]) -> Callable[..., Any]:
    """Return a maker of named tuples that takes 2 for (2, 2)."""

    def given(**arguments: Any) -> Any:
        return kind(**{name: _pair(name, value) for name, value in arguments.items()})

    return given


def _pair(name: str, value: Any) -> Any:
    return (value, value) if name in PAIRS and isinstance(value, int) else value


def size(case: Case) -> int:
    """Return how many numbers a case shows.

    >>> import numpy as np
    >>> size(Case((np.zeros((2, 3)), 1)))
    6
    """
    return sum(np.size(value) for value in case.given if isinstance(value, np.ndarray))
