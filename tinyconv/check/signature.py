"""What a function says that it takes, as plain data that a child process can send."""

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple


class Parameter(NamedTuple):
    """One parameter, and what its default and its annotation say."""

    name: str
    kind: str  # "positional", "either", "keyword", "args" or "kwargs"
    required: bool
    none: bool  # its default is None
    integer: bool  # it is annotated `int`: no pair goes in


class Signature(NamedTuple):
    """A function's own name and its parameters."""

    function: str
    parameters: tuple[Parameter, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names."""
        return tuple(parameter.name for parameter in self.parameters)

    def __str__(self) -> str:
        """Return how a call is written, without defaults."""
        return f"{self.function}({', '.join(self.names)})"


_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "either",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_POSITIONAL: "args",
    inspect.Parameter.VAR_KEYWORD: "kwargs",
}


def signature_of(function: Callable[..., Any]) -> Signature:
    """Return the signature of anything that can be called; where it tells nothing, any keyword may do.

    >>> def pool(x, kernel_size: int, stride=None): ...
    >>> print(signature_of(pool), signature_of(pool).parameters[1].integer)
    pool(x, kernel_size, stride) True
    """
    name = str(getattr(function, "__name__", "function"))
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return Signature(name, (Parameter("arguments", "kwargs", False, False, False),))
    return Signature(name, tuple(map(_parameter, parameters)))


def _parameter(parameter: inspect.Parameter) -> Parameter:
    kind = _KINDS[parameter.kind]
    required = parameter.default is parameter.empty and kind not in ("args", "kwargs")
    integer = parameter.annotation is int or parameter.annotation == "int"
    return Parameter(parameter.name, kind, required, parameter.default is None, integer)


def from_plain(plain: Any) -> Signature:
    """Return a signature that came as lists, out of JSON.

    >>> from_plain(["relu", [["x", "either", True, False, False]]]).names
    ('x',)
    """
    function, parameters = plain
    return Signature(str(function), tuple(Parameter(*map(_checked, each)) for each in parameters))


def _checked(value: Any) -> Any:
    if not isinstance(value, str | bool):
        raise ValueError(f"signature: {value!r} must be text or a truth value")
    return value
