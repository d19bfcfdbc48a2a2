"""Encoders: what the metadata say of an image, as a vector that a layer can compute with.

>>> encoder = Encode(Embedding("operator_id", 5, 16), Numeric("temperature", mean=20, std=5))
>>> encoder.size, list(encoder.parameters())
(17, ['0.weight'])
"""

from tinyconv.layers.encoders.base import Encoder
from tinyconv.layers.encoders.categories import OneHot, Ordinal
from tinyconv.layers.encoders.combinations import Encode, Project
from tinyconv.layers.encoders.embedding import Embedding
from tinyconv.layers.encoders.numeric import Numeric

__all__ = ["Embedding", "Encode", "Encoder", "Numeric", "OneHot", "Ordinal", "Project"]
