"""How a function wants to be called, and which cases it may therefore be asked."""

from typing import Any, NamedTuple

from tinyconv.check.part import PAIRS, Part
from tinyconv.check.signature import Parameter, Signature
from tinyconv.shapes import ShapeError

ALIASES = {"w": "weight", "b": "bias", "dout": "dy", "pad": "padding", "out": "y"}
STYLES = ("functional", "cached", "course")


class Ask(NamedTuple):
    """The style of the call, the parameters with their arguments, and the optional arguments in use.

    - "functional": `f(x, weight, bias, stride=…, padding=…)`, and backward `f(dy, x, weight, bias, stride=…)`;
    - "cached": backward `f(dy, cache)`, like the pairs of `tinyconv.functional`;
    - "course": `f(x, w, b, conv_param)` and `f(dout, cache)`.
    """

    style: str
    names: tuple[tuple[str, str, str], ...]  # (parameter, its kind, argument): for "functional"
    options: frozenset[str]
    forward: "Ask | None" = None  # how to call the student's own forward, which makes the cache


class Unsuited(ValueError):
    """A function whose parameters don't fit its part."""


def understand(
    part: Part, signature: Signature, style: str | None = None, forward: Ask | None = None
) -> Ask:
    """Return how to call a function with this signature.

    >>> from tinyconv.check.parts import part_named
    >>> from tinyconv.check.signature import signature_of
    >>> def conv_forward(x, w, b, conv_param): ...
    >>> understand(part_named("conv2d_forward"), signature_of(conv_forward)).style
    'course'
    """
    style = _style(part, signature, style)
    if part.forward and forward and style != "functional":
        return Ask(style, (), forward.options, forward)
    if style == "course":
        return Ask(style, (), frozenset(part.course.options) if part.course else frozenset())
    if style == "cached":
        return Ask(style, (), frozenset(part.options) | {"pairs"})
    names = _names(part, signature)
    return Ask(style, names, _options(names, signature.parameters))


def _style(part: Part, signature: Signature, style: str | None) -> str:
    """Return the style asked for, or what the names say: …_param, `dout`, `affine_…` are the course's."""
    if style is not None and style not in STYLES:
        raise ShapeError(f"check: style (={style!r}) must be one of {', '.join(STYLES)}, or None")
    if style is not None:
        return style
    names = signature.names
    plain = part.course and not part.options and not part.forward  # only its own name can tell it apart
    its_name = plain and part.course and signature.function in part.course.names
    looks_so = any(name.endswith("_param") for name in names) or (part.forward and "cache" in names[1:2])
    if part.course and (its_name or (looks_so and "dy" not in names)):
        return "course"
    return "cached" if part.forward and "cache" in names else "functional"


def _names(part: Part, signature: Signature) -> tuple[tuple[str, str, str], ...]:
    """Pair every parameter with an argument: by its name, else an array by its place."""
    names = []
    for place, parameter in enumerate(signature.parameters):
        argument = _argument(part, place, parameter)
        if argument:
            names.append((parameter.name, parameter.kind, argument))
        elif parameter.required:
            raise Unsuited(_should_take(part, signature))
    if any(parameter.kind == "kwargs" for parameter in signature.parameters):
        taken = [argument for *_, argument in names]
        names += [(each, "keyword", each) for each in part.arguments if each not in taken]
    missing = set(part.arrays + part.options) - set(part.spare) - {argument for *_, argument in names}
    if missing:
        raise Unsuited(_should_take(part, signature))
    return tuple(names)


def _argument(part: Part, place: int, parameter: Parameter) -> str:
    name = ALIASES.get(parameter.name, parameter.name)
    if parameter.kind in ("args", "kwargs"):
        return ""
    if name in part.arguments:
        return name
    return part.arrays[place] if place < len(part.arrays) and parameter.required else ""


def _should_take(part: Part, signature: Signature) -> str:
    may = f", and may take {', '.join(part.extras)}" if part.extras else ""
    return f"it must take {', '.join(part.arrays + part.options)}{may}; yours is {signature}"


def _options(names: tuple[tuple[str, str, str], ...], parameters: tuple[Parameter, ...]) -> frozenset[str]:
    """Return the optional arguments in use; pairs are not for parameters annotated `int`."""
    options = {argument for *_, argument in names}
    known: dict[str, Parameter] = {parameter.name: parameter for parameter in parameters}
    spoken: dict[str, Any] = {argument: known.get(parameter) for parameter, _, argument in names}
    if not any(spoken[each].integer for each in PAIRS if spoken.get(each)):
        options.add("pairs")
    if spoken.get("bias") and spoken["bias"].none:
        options.add("no bias")
    return frozenset(options)
