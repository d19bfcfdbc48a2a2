"""Metadata that scale and shift what the network sees, channel by channel: scale-and-bias, and FiLM."""

from typing import Any

import numpy as np

from tinyconv.functional.film import film_backward, film_forward
from tinyconv.layers.base import Gradients, Layer, Run
from tinyconv.layers.encoders import Encoder, Project
from tinyconv.layers.encoders.base import checked_encoder
from tinyconv.layers.state import Stateful
from tinyconv.shapes import Array, ShapeError, floats, integer
from tinyconv.trace import Note

# The weights start with this share of `Linear`'s spread: images pass nearly unchanged, and encoders do learn.
SMALL = 0.1


class Modulation(Layer):
    """What both share: γ·x + β, where a linear map makes γ and β from the encoder's vector.

    The map's rows 0 to C − 1 make γ, to which `rest` is added, and rows C to 2C − 1 make β.
    """

    rest = 0.0

    def __init__(self, num_channels: int, encoder: Encoder, scale: float, rng: Any, dtype: Any) -> None:
        name = type(self).__name__
        self.num_channels = integer(name, "num_channels", num_channels, minimum=1)
        self.encoder = checked_encoder(name, encoder)
        self.project = Project(encoder, 2 * num_channels, rng=rng, dtype=dtype)
        self.project.linear.weight *= SMALL
        self.project.linear.bias = np.repeat([scale, 0], num_channels).astype(dtype)

    def parts(self) -> dict[str, Stateful]:
        """Return the encoder and the linear map."""
        return self.project.parts()

    def _forward(self, x: Array, run: Run) -> tuple[Array, Any]:
        x, C = floats(type(self).__name__, "x", x), self.num_channels
        if x.ndim < 2 or x.shape[1] != C:
            raise ShapeError(
                f"{type(self).__name__}: x (shape={x.shape}) must be (N, C, …) with C = {C} channels"
            )
        numbers, cache = self.project.forward(run.metadata, x.dtype, type(self).__name__)  # (N, 2C)
        gamma, beta = run.note("gamma", numbers[:, :C] + self.rest), run.note("beta", numbers[:, C:])
        y, film_cache = film_forward(x, gamma, beta, note=run.note)
        return y, (film_cache, cache)

    def _backward(self, dy: Array, cache: Any, note: Note) -> tuple[Array, Gradients]:
        film_cache, project_cache = cache
        dx, dgamma, dbeta = film_backward(dy, film_cache, note=note)
        return dx, self.project.backward(np.concatenate([dgamma, dbeta], axis=1), project_cache)

    def output_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the shape of x, whose C is known."""
        return self.num_channels, *shape[1:]

    def multiply_adds(self, output_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return C · H · W; the linear map, 2C times the size of a vector, is not counted."""
        return output_shape


class ScaleBias(Modulation):
    """scale·x + bias, where scale and bias of each channel are linear in what the metadata say.

    At the start scale is about 1 and bias about 0: the network begins as if there were no metadata. Unlike in
    `FiLM` that 1 is learnt too: it stands in the linear map's own bias.

    Args:
        num_channels: C, the channels of x: maps (N, C, H, W) or features (N, C).
        encoder: makes numbers per image from the metadata.
        rng: a `numpy.random.Generator` (or a seed) for the initialisation.
        dtype: of the linear map: float32 or float64.

    Raises:
        ShapeError, DTypeError: an argument out of range or of the wrong type.

    >>> from tinyconv.layers.encoders import Numeric
    >>> layer = ScaleBias(2, Numeric("temperature"), rng=0)
    >>> layer.load_state_dict({"linear.weight": np.array([[1.0], [0], [0], [0]]), "linear.bias": np.zeros(4)})
    >>> layer(np.ones((1, 2, 1, 1), np.float32), {"temperature": 20})[0].ravel()
    array([20.,  0.], dtype=float32)
    """

    def __init__(
        self, num_channels: int, encoder: Encoder, *, rng: Any = None, dtype: Any = np.float32
    ) -> None:
        super().__init__(num_channels, encoder, 1.0, rng, dtype)


class FiLM(Modulation):
    """γ·x + β, where γ and β of each channel come from the metadata (Perez et al., 2018).

    γ is 1 plus a linear map of the encoder's vector, and β another one. At the start γ is about 1 and β about
    0: the network begins as if there were no metadata. With ``gamma_init="zero"`` γ is the linear map alone,
    and 0 at the start: then nothing of the image comes through, and no gradient goes back to it.

    It can stand after a convolution, a normalisation, a ReLU or a whole block: where it stands in the
    `Sequential`.

    Args:
        num_channels: C, the channels of x: maps (N, C, H, W) or features (N, C).
        encoder: makes numbers per image from the metadata.
        gamma_init: ``"identity"`` or ``"zero"``.
        rng: a `numpy.random.Generator` (or a seed) for the initialisation.
        dtype: of the linear map: float32 or float64.

    Raises:
        ShapeError, DTypeError: an argument out of range or of the wrong type.

    >>> from tinyconv.layers.encoders import Numeric
    >>> layer = FiLM(64, Numeric("conditions", size=2))
    >>> {name: array.shape for name, array in layer.parameters().items()}
    {'linear.weight': (128, 2), 'linear.bias': (128,)}
    >>> layer(np.ones((1, 64, 4, 4), np.float32), {"conditions": [0, 0]})[0].max()
    np.float32(1.0)
    """

    def __init__(
        self,
        num_channels: int,
        encoder: Encoder,
        gamma_init: str = "identity",
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        if gamma_init not in ("identity", "zero"):
            raise ShapeError(f'FiLM: gamma_init (={gamma_init!r}) must be "identity" or "zero"')
        super().__init__(num_channels, encoder, 0.0, rng, dtype)
        self.gamma_init, self.rest = gamma_init, 1.0 if gamma_init == "identity" else 0.0
        if gamma_init == "zero":
            self.project.linear.weight[:num_channels] = 0
