"""The shortcut around a block."""

from typing import Any

from tinyconv.layers.base import Gradients, Layer
from tinyconv.layers.state import within
from tinyconv.shapes import Array, DTypeError, floats, same_dtype, same_shape
from tinyconv.trace import SILENT, Note


class Residual(Layer):
    """x + body(x) (He et al., 2015): the body learns what is to change, and the gradient has a way around it.

    Metadata go through the body; places behind it are the body's.

    Args:
        body: a layer, often a `Sequential`, that keeps the shape of x.

    Raises:
        DTypeError: `body` is no layer.
        ShapeError: in a forward pass, if the body changes the shape of x.

    >>> import numpy as np
    >>> from tinyconv.layers import ReLU
    >>> Residual(ReLU())(np.array([[-1.0, 2.0]]))[0]
    array([[-1.,  4.]])
    """

    def __init__(self, body: Layer) -> None:
        if not isinstance(body, Layer):
            raise DTypeError(f"Residual: body (={body!r}) must be a layer")
        self.body = body

    def parts(self) -> dict[str, Layer]:
        """Return the body."""
        return {"body": self.body}

    def forward(
        self, x: Array, metadata: Any = None, *, training: bool = True, note: Note = SILENT
    ) -> tuple[Array, Any, Any]:
        """Return x + body(x), the body's metadata, and the body's cache; arguments are `Layer.forward`'s."""
        x = floats("Residual", "x", x)
        change, metadata, cache = self.body.forward(x, metadata, training=training, note=note.within("body"))
        same_shape("Residual", "body(x)", change, x.shape, "the shape of x, to be added to it")
        same_dtype("Residual", x=x, **{"body(x)": change})
        y = note("output", x + change)
        return y, self.carry(metadata, note.path, y.shape), cache

    def backward(self, dy: Array, cache: Any, *, note: Note = SILENT) -> tuple[Array, Gradients]:
        """Return dx, the sum over both ways, and the body's gradients."""
        dbody, gradients = self.body.backward(dy, cache, note=note.within("body"))
        return note("dx", dy + dbody), dict(within("body", gradients))
