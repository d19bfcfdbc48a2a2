"""The batch-normalisation layers: with an affine map of their own, and with one from the metadata."""

from typing import Any

import numpy as np

from tinyconv.functional.normalization import (
    BatchNormCache,
    batch_norm_backward,
    batch_norm_forward,
    running_statistics,
)
from tinyconv.layers.base import Gradients, Layer, Run
from tinyconv.layers.encoders import Encoder
from tinyconv.layers.modulation import Modulation
from tinyconv.shapes import Array, ShapeError, float_dtype, floats, integer, positive, share
from tinyconv.trace import Note


class Normalization(Layer):
    """What both share: a mean and a variance per channel, the batch's in training, else the running ones."""

    buffer_names = ("running_mean", "running_var", "num_batches_tracked")

    def _begin(self, C: int, eps: float, momentum: float | None, track: bool, dtype: Any) -> None:
        """Check the arguments, and start the running statistics of C channels."""
        name = type(self).__name__
        self.eps = positive(name, "eps", eps)
        self.momentum = None if momentum is None else share(name, "momentum", momentum)
        self.running_mean = np.zeros(C, dtype) if track else None
        self.running_var = np.ones(C, dtype) if track else None
        self.num_batches_tracked = np.zeros((), np.int64) if track else None

    def _normalized(
        self, x: Array, C: int, weight: Array | None, bias: Array | None, training: bool, note: Note
    ) -> tuple[Array, BatchNormCache]:
        """Return x (N, C, H, W) normalised, and the cache; the running statistics stay."""
        x = floats(type(self).__name__, "x", x, "NCHW")
        if x.shape[1] != C:
            raise ShapeError(f"{type(self).__name__}: x (shape={x.shape}) must have {C} channels")
        training = training or self.running_mean is None
        return batch_norm_forward(
            x, self.running_mean, self.running_var, weight, bias, training, self.eps, note=note
        )

    def _keep(self, cache: BatchNormCache) -> None:
        """Move the running statistics towards those of a training batch."""
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked += 1
        momentum = 1 / int(self.num_batches_tracked) if self.momentum is None else self.momentum
        mean, var = running_statistics(self.running_mean, self.running_var, cache, momentum)
        self.running_mean[...], self.running_var[...] = mean, var


class BatchNorm2d(Normalization):
    """Normalise each channel to mean 0 and variance 1, then scale and shift it, as PyTorch does.

    `forward` in training takes the mean and variance of its batch, and moves the running ones towards them;
    calling the layer, and `forward(…, training=False)`, reads the running ones and changes nothing.

    Args:
        num_features: C, the channels of x.
        eps: what is added to the variance, so that nothing is divided by 0.
        momentum: how far one batch moves the running statistics, from 0 to 1; None: they are the mean over
            all batches so far.
        affine: whether each channel has a learnt weight and bias.
        track_running_stats: whether there are running statistics; without, every batch is measured by itself.
        dtype: of parameters and running statistics: float32 or float64.

    Raises:
        ShapeError, DTypeError: an argument out of range or of the wrong type.

    >>> layer = BatchNorm2d(1)
    >>> x = np.array([[[[1.0, 3.0]]]], np.float32)
    >>> layer.forward(x)[0].round(3)
    array([[[[-1.,  1.]]]], dtype=float32)
    >>> layer.running_mean, layer.running_var  # moved by a tenth, towards 2 and the unbiased variance 2
    (array([0.2], dtype=float32), array([1.1], dtype=float32))
    """

    parameter_names = ("weight", "bias")

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        dtype: Any = np.float32,
    ) -> None:
        self.num_features = integer("BatchNorm2d", "num_features", num_features, minimum=1)
        self.affine, self.track_running_stats = bool(affine), bool(track_running_stats)
        dtype = float_dtype("BatchNorm2d", dtype)
        self._begin(num_features, eps, momentum, self.track_running_stats, dtype)
        self.weight = np.ones(num_features, dtype) if affine else None  # (C,)
        self.bias = np.zeros(num_features, dtype) if affine else None  # (C,)

    def _forward(self, x: Array, run: Run) -> tuple[Array, BatchNormCache]:
        y, cache = self._normalized(x, self.num_features, self.weight, self.bias, run.training, run.note)
        if run.training:
            self._keep(cache)
        return y, cache

    def _backward(self, dy: Array, cache: BatchNormCache, note: Note) -> tuple[Array, Gradients]:
        dx, dweight, dbias = batch_norm_backward(dy, cache, note=note)
        return dx, {} if dweight is None or dbias is None else {"weight": dweight, "bias": dbias}

    def output_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the shape of x, whose C is known."""
        return self.num_features, *shape[1:]

    def multiply_adds(self, output_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return C · H · W: one for each number, as mean and variance are constants after training."""
        return output_shape


class ConditionalBatchNorm2d(Modulation, Normalization):
    """Normalise each channel, then γ·x + β, where the metadata make γ and β (de Vries et al., 2017).

    It is `BatchNorm2d` without weight and bias, and behind it what `FiLM` does: γ is 1 plus a linear map of
    the encoder's vector, and β another one; at the start γ is about 1 and β about 0.

    Args:
        num_channels: C, the channels of x.
        encoder: makes numbers per image from the metadata.
        eps: what is added to the variance, so that nothing is divided by 0.
        momentum: how far one batch moves the running statistics, from 0 to 1; None: they are the mean over
            all batches so far.
        rng: a `numpy.random.Generator` (or a seed) for the initialisation.
        dtype: of parameters and running statistics: float32 or float64.

    Raises:
        ShapeError, DTypeError: an argument out of range or of the wrong type.

    >>> from tinyconv.layers.encoders import Embedding
    >>> layer = ConditionalBatchNorm2d(8, Embedding("operator_id", 5, 4))
    >>> list(layer.parameters())
    ['encoder.weight', 'linear.weight', 'linear.bias']
    >>> x, operators = np.zeros((2, 8, 4, 4), np.float32), [{"operator_id": 3}, {"operator_id": 0}]
    >>> y, metadata, cache = layer.forward(x, operators)
    >>> y.shape, int(layer.num_batches_tracked)
    ((2, 8, 4, 4), 1)
    """

    rest = 1.0

    def __init__(
        self,
        num_channels: int,
        encoder: Encoder,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        super().__init__(num_channels, encoder, 0.0, rng, dtype)
        self._begin(num_channels, eps, momentum, track=True, dtype=dtype)

    def _forward(self, x: Array, run: Run) -> tuple[Array, tuple[BatchNormCache, Any]]:
        inside = run._replace(note=run.note.within("film"))
        normalized, norm_cache = self._normalized(
            x, self.num_channels, None, None, run.training, run.note.within("norm")
        )
        y, film_cache = super()._forward(normalized, inside)
        if run.training:  # behind the metadata, which may be refused
            self._keep(norm_cache)
        return run.note("output", y), (norm_cache, film_cache)

    def _backward(self, dy: Array, cache: tuple[BatchNormCache, Any], note: Note) -> tuple[Array, Gradients]:
        norm_cache, film_cache = cache
        dnormalized, gradients = super()._backward(dy, film_cache, note.within("film"))
        dx, _, _ = batch_norm_backward(dnormalized, norm_cache, note=note.within("norm"))
        return note("dx", dx), gradients
