"""Three small networks that read metadata, one for each way in: beside the features, scaling maps, FiLM.

Two stages of convolution, ReLU and max-pool make 32 and 64 maps; then the metadata come in, and a dense layer
decides. By default the images are (N, 3, 56, 56) and there are two classes.
"""

from typing import Any

import numpy as np

from tinyconv.layers import (
    ConcatMetadata,
    Conv2d,
    Embedding,
    Encoder,
    FiLM,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    Numeric,
    ReLU,
    ScaleBias,
)
from tinyconv.network import Sequential
from tinyconv.shapes import pair

MAPS = 64


def concat_cnn(
    encoder: Encoder | None = None,
    *,
    in_channels: int = 3,
    image_size: Any = 56,
    num_classes: int = 2,
    rng: Any = None,
    dtype: Any = np.float32,
) -> Sequential:
    """Return the network that sees the metadata beside the features of the flattened maps.

    Args:
        encoder: what it reads; by default ``operator_id``, an int from 0 to 9, embedded in 16 numbers.
        in_channels: C, the channels of an image.
        image_size: of an image: an int or (H, W).
        num_classes: how many numbers come out.
        rng: a `numpy.random.Generator` (or a seed) for the initialisation.
        dtype: of the parameters: float32 or float64.

    Raises:
        ShapeError, DTypeError: an argument out of range or of the wrong type.

    >>> images = np.zeros((4, 3, 56, 56), np.float32)
    >>> logits, _ = concat_cnn()(images, [{"operator_id": number} for number in (0, 3, 3, 1)])
    >>> logits.shape
    (4, 2)
    """
    rng = np.random.default_rng(rng)
    stages, features = _stages("concat_cnn", in_channels, image_size, rng, dtype)
    concat = ConcatMetadata(encoder or Embedding("operator_id", 10, 16, rng=rng, dtype=dtype))
    fc = Linear(features + concat.encoder.size, num_classes, rng=rng, dtype=dtype)
    return Sequential(**stages, flatten=Flatten(), concat=concat, fc=fc)


def scale_bias_cnn(
    encoder: Encoder | None = None,
    *,
    in_channels: int = 3,
    image_size: Any = 56,
    num_classes: int = 2,
    rng: Any = None,
    dtype: Any = np.float32,
) -> Sequential:
    """Return the network whose 64 maps the metadata scale and bias.

    Arguments and errors are those of `concat_cnn`; by default the encoder reads ``temperature``, a number.

    >>> images = np.zeros((4, 3, 56, 56), np.float32)
    >>> logits, _ = scale_bias_cnn()(images, [{"temperature": number} for number in (0.5, -1, 0, 2)])
    >>> logits.shape
    (4, 2)
    """
    rng = np.random.default_rng(rng)
    stages, features = _stages("scale_bias_cnn", in_channels, image_size, rng, dtype)
    scale_bias = ScaleBias(MAPS, encoder or Numeric("temperature"), rng=rng, dtype=dtype)
    fc = Linear(features, num_classes, rng=rng, dtype=dtype)
    return Sequential(**stages, scale_bias=scale_bias, flatten=Flatten(), fc=fc)


def film_cnn(
    encoder: Encoder | None = None,
    *,
    in_channels: int = 3,
    image_size: Any = 56,
    num_classes: int = 2,
    rng: Any = None,
    dtype: Any = np.float32,
) -> Sequential:
    """Return the network whose 64 maps FiLM modulates.

    Arguments and errors are those of `concat_cnn`; by default the encoder reads ``conditions``, two numbers.

    >>> images = np.zeros((4, 3, 56, 56), np.float32)
    >>> logits, _ = film_cnn()(images, [{"conditions": [0.5, number]} for number in (0.5, -1, 0, 2)])
    >>> logits.shape
    (4, 2)
    """
    rng = np.random.default_rng(rng)
    stages, features = _stages("film_cnn", in_channels, image_size, rng, dtype)
    film = FiLM(MAPS, encoder or Numeric("conditions", size=2), rng=rng, dtype=dtype)
    fc = Linear(features, num_classes, rng=rng, dtype=dtype)
    return Sequential(**stages, film=film, flatten=Flatten(), fc=fc)


def _stages(
    function: str, in_channels: int, image_size: Any, rng: Any, dtype: Any
) -> tuple[dict[str, Layer], int]:
    """Return the two stages, and how many features their maps have together."""
    H, W = pair(function, "image_size", image_size, minimum=4)
    stages: dict[str, Layer] = {
        "conv1": Conv2d(in_channels, 32, 3, padding=1, rng=rng, dtype=dtype),
        "relu1": ReLU(),
        "pool1": MaxPool2d(2),
        "conv2": Conv2d(32, MAPS, 3, padding=1, rng=rng, dtype=dtype),
        "relu2": ReLU(),
        "pool2": MaxPool2d(2),
    }
    return stages, MAPS * (H // 4) * (W // 4)
