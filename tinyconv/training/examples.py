"""Images with their labels and metadata: checked once, then taken in batches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from tinyconv.functional.losses import check_labels
from tinyconv.layers import Encoder, Layer
from tinyconv.layers.state import Stateful
from tinyconv.metadata import MetadataBatch, attach
from tinyconv.shapes import Array, DTypeError, ShapeError, floats


@dataclass(frozen=True)
class Examples:
    """N images, one label each, and the metadata of each or none at all.

    The metadata have been taken in, so that a batch costs no check: only to pick its images' out.
    """

    images: Array  # (N, C, H, W)
    labels: Array  # (N,)
    metadata: MetadataBatch | None = None

    def __len__(self) -> int:
        return len(self.images)

    def take(self, rows: Array) -> "Examples":
        """Return the examples in `rows`, in that order."""
        metadata = None if self.metadata is None else self.metadata[rows]
        return Examples(self.images[rows], self.labels[rows], metadata)

    def batches(self, batch_size: int, order: Array) -> Iterator["Examples"]:
        """Yield `batch_size` examples at a time, in that order; the last batch may be smaller."""
        for start in range(0, len(order), batch_size):
            yield self.take(order[start : start + batch_size])


def checked_examples(
    function: str, network: Layer, images: Any, labels: Any, metadata: Any = None
) -> Examples:
    """Return the examples after every check that takes no more than a forward pass of one image."""
    images = floats(function, "images", images, "NCHW")
    N = len(images)
    if N == 0:
        raise ShapeError(f"{function}: images (shape={images.shape}) must hold at least one image")
    taken = _taken_in(function, network, metadata, images)
    K = _classes(function, network, images[:1], None if taken is None else taken[:1])
    return Examples(images, check_labels(function, labels, N, K), taken)


def _taken_in(function: str, network: Layer, metadata: Any, images: Array) -> MetadataBatch | None:
    """Look at every dict now: a value of image 900 that breaks a rule must not end an epoch half-way."""
    if isinstance(metadata, Mapping):
        raise DTypeError(
            f"{function}: metadata (a {type(metadata).__name__}) must be a list of dicts, one per image"
        )
    attached = attach(metadata, images.shape, function)
    for encoder in _encoders(network):
        encoder.forward(attached, images.dtype, function)
    return cast(MetadataBatch | None, attached)  # one dict has been refused


def _encoders(whole: Stateful) -> Iterator[Encoder]:
    for part in whole.parts().values():
        if isinstance(part, Encoder):
            yield part
        else:
            yield from _encoders(part)


def _classes(function: str, network: Layer, image: Array, metadata: Any) -> int:
    """Return how many classes the network tells apart."""
    logits, _ = network(image, metadata)
    if logits.ndim != 2:
        raise ShapeError(
            f"{function}: network turns one image into shape {logits.shape} and must give (N, classes): "
            f"end it with Flatten and Linear"
        )
    return logits.shape[1]
