"""Encoders made of encoders: several side by side, and one with a linear map behind it."""

from itertools import accumulate
from typing import Any

import numpy as np

from tinyconv.layers.encoders.base import Carried, Encoder, checked_encoder
from tinyconv.layers.linear import Linear
from tinyconv.layers.state import Gradients, Stateful, within
from tinyconv.shapes import Array, ShapeError, integer


class Encode(Encoder):
    """Several encoders side by side: their numbers in one vector, in order.

    The parameters are named by the encoder's number: ``"0.weight"``.

    Raises:
        ShapeError, DTypeError: no encoder, or something that is none.

    >>> from tinyconv.layers.encoders import Numeric, OneHot
    >>> from tinyconv.metadata import attach
    >>> metadata = attach({"stain": "DAPI", "zoom": 20}, (1, 4), "demo")
    >>> Encode(OneHot("stain", ["DAPI", "H&E"]), Numeric("zoom", mean=10, std=10)).forward(
    ...     metadata, np.float32, "demo")[0]
    array([[1., 0., 1.]], dtype=float32)
    """

    def __init__(self, *encoders: Encoder) -> None:
        if not encoders:
            raise ShapeError("Encode: encoders must be at least one")
        self.encoders = tuple(checked_encoder("Encode", encoder, "encoders") for encoder in encoders)
        self.size = sum(encoder.size for encoder in encoders)

    def forward(self, metadata: Carried, dtype: Any, reader: str) -> tuple[Array, list[Any]]:
        """Return the joined vectors (N, size), and the encoders' caches."""
        vectors, caches = zip(
            *(encoder.forward(metadata, dtype, reader) for encoder in self.encoders), strict=True
        )
        return np.concatenate(vectors, axis=1), list(caches)

    def backward(self, dvector: Array, cache: list[Any]) -> Gradients:
        """Give each encoder its numbers' gradient; an encoder that stands twice gets the sum."""
        ends = list(accumulate(encoder.size for encoder in self.encoders))
        slices = np.split(dvector, ends[:-1], axis=1)
        return self._summed(
            named
            for (part, encoder), own, own_cache in zip(self.parts().items(), slices, cache, strict=True)
            for named in within(part, encoder.backward(own, own_cache))
        )

    def parts(self) -> dict[str, Encoder]:
        """Return the encoders under their numbers."""
        return {str(number): encoder for number, encoder in enumerate(self.encoders)}


class Project(Encoder):
    """An encoder with a `Linear` behind it: learnt combinations of its numbers.

    Args:
        encoder: makes D numbers per image.
        out_features: the numbers per image that go out.
        rng: a `numpy.random.Generator` (or a seed) for the initialisation, which is `Linear`'s.
        dtype: of the linear map: float32 or float64.

    Raises:
        ShapeError, DTypeError: an argument out of range or of the wrong type.

    >>> from tinyconv.layers.encoders import Numeric
    >>> project = Project(Numeric("conditions", size=2), 16)
    >>> {name: array.shape for name, array in project.parameters().items()}
    {'linear.weight': (16, 2), 'linear.bias': (16,)}
    """

    def __init__(
        self, encoder: Encoder, out_features: int, *, rng: Any = None, dtype: Any = np.float32
    ) -> None:
        self.encoder = checked_encoder("Project", encoder)
        self.out_features = self.size = integer("Project", "out_features", out_features, minimum=1)
        self.linear = Linear(encoder.size, out_features, rng=rng, dtype=dtype)

    def forward(self, metadata: Carried, dtype: Any, reader: str) -> tuple[Array, tuple[Any, Any]]:
        """Return the encoder's vectors times the weights, plus the bias: (N, out_features)."""
        vector, encoder_cache = self.encoder.forward(metadata, dtype, reader)
        y, _, linear_cache = self.linear.forward(vector)
        return y, (encoder_cache, linear_cache)

    def backward(self, dvector: Array, cache: tuple[Any, Any]) -> Gradients:
        """Return the linear map's gradients, and the encoder's."""
        encoder_cache, linear_cache = cache
        dfeatures, gradients = self.linear.backward(dvector, linear_cache)
        inner = self.encoder.backward(dfeatures, encoder_cache)
        return {**dict(within("encoder", inner)), **dict(within("linear", gradients))}

    def parts(self) -> dict[str, Stateful]:
        """Return the encoder and the linear map."""
        return {"encoder": self.encoder, "linear": self.linear}
