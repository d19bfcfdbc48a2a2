"""One check for each part."""

from collections.abc import Callable
from typing import Any, Protocol

from tinyconv.check.marking import check_function
from tinyconv.check.part import Part
from tinyconv.check.parts import PARTS
from tinyconv.check.report import Report


class Check(Protocol):
    """What every function in this file looks like."""

    def __call__(
        self,
        function: Callable[..., Any],
        *,
        forward: Callable[..., Any] | None = None,
        style: str | None = None,
        seed: int = 0,
        isolate: bool = True,
    ) -> Report:
        """Check a function and report."""


_DOC = """Check a function that must do what `{name}` does: ({taken}) → {outputs}.

It is called on small cases drawn with `seed`, in a child process with limits of time and memory.

Args:
    function: what is to be checked. It may also take {extras}: then it is asked about that too.
    forward: for a backward function that takes (dy, cache): the forward function that makes the cache.
    style: "functional", "cached" or "course"; None: told by the function's parameters.
    seed: a course's own number. The same seed draws the same cases for everybody.
    isolate: False runs the function in this process, to step through it; nothing limits it there.

Returns:
    a `Report`: `passed`, `diagnosis`, `case`, `text`.
"""


def _check(part: Part) -> Check:
    def check(
        function: Callable[..., Any],
        *,
        forward: Callable[..., Any] | None = None,
        style: str | None = None,
        seed: int = 0,
        isolate: bool = True,
    ) -> Report:
        return check_function(part, function, forward, style, seed, isolate)

    taken, extras = ", ".join(part.arrays + part.options), ", ".join(part.extras) or "nothing else"
    check.__name__ = check.__qualname__ = part.name
    check.__doc__ = _DOC.format(name=part.name, taken=taken, outputs=", ".join(part.outputs), extras=extras)
    return check


output_size = _check(PARTS["output_size"])
conv2d_forward = _check(PARTS["conv2d_forward"])
conv2d_backward = _check(PARTS["conv2d_backward"])
im2col = _check(PARTS["im2col"])
col2im = _check(PARTS["col2im"])
relu_forward = _check(PARTS["relu_forward"])
relu_backward = _check(PARTS["relu_backward"])
max_pool2d_forward = _check(PARTS["max_pool2d_forward"])
max_pool2d_backward = _check(PARTS["max_pool2d_backward"])
avg_pool2d_forward = _check(PARTS["avg_pool2d_forward"])
avg_pool2d_backward = _check(PARTS["avg_pool2d_backward"])
linear_forward = _check(PARTS["linear_forward"])
linear_backward = _check(PARTS["linear_backward"])
film_forward = _check(PARTS["film_forward"])
film_backward = _check(PARTS["film_backward"])
carry_boxes = _check(PARTS["carry_boxes"])
