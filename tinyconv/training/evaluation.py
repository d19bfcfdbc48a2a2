"""How good a network is: mean loss, and the share of images whose largest logit is the label's."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tinyconv.functional import cross_entropy_forward
from tinyconv.layers import Layer
from tinyconv.shapes import Array, integer
from tinyconv.training.examples import Examples, checked_examples


class Evaluation(NamedTuple):
    """Mean cross-entropy (in nats) and accuracy (0 to 1) over a set of images."""

    loss: float
    accuracy: float


class Tally:
    """A running `Evaluation`: every image counts once, however the batches are cut.

    >>> tally = Tally()
    >>> tally.add(0.5, np.array([[1.0, 2.0]]), np.array([1]))
    >>> tally.add(0.2, np.array([[1.0, 2.0], [4.0, 3.0]]), np.array([0, 0]))
    >>> tally.evaluation.accuracy
    0.6666666666666666
    """

    def __init__(self) -> None:
        self._loss, self._correct, self._images = 0.0, 0, 0

    def add(self, loss: float, logits: Array, labels: Array) -> None:
        """Add a batch with its mean loss."""
        self._loss += float(loss) * len(labels)
        self._correct += int(np.count_nonzero(logits.argmax(axis=1) == labels))
        self._images += len(labels)

    @property
    def evaluation(self) -> Evaluation:
        """The mean over the images so far."""
        return Evaluation(self._loss / self._images, self._correct / self._images)


def evaluate(
    network: Layer,
    images: Array,
    labels: Array,
    metadata: Sequence[Mapping[str, Any]] | None = None,
    *,
    batch_size: int = 256,
) -> Evaluation:
    """Return the mean loss and the accuracy of `network` on images (N, C, H, W) with labels (N,).

    Raises:
        ShapeError: no image, not one label per image, or a label that is no class of the network.
        DTypeError: images are not float32 or float64, or labels are not ints.

    >>> from tinyconv.layers import Flatten, Linear
    >>> from tinyconv.network import Sequential
    >>> network = Sequential(Flatten(), Linear(4, 2))
    >>> network.load_state_dict({"1.weight": np.zeros((2, 4)), "1.bias": np.zeros(2)})
    >>> evaluate(network, np.ones((3, 1, 2, 2), np.float32), np.array([0, 0, 0]))
    Evaluation(loss=0.6931..., accuracy=1.0)
    """
    integer("evaluate", "batch_size", batch_size, minimum=1)
    return evaluate_examples(
        network, checked_examples("evaluate", network, images, labels, metadata), batch_size
    )


def evaluate_examples(network: Layer, examples: Examples, batch_size: int) -> Evaluation:
    """Return the mean loss and the accuracy on examples that have been checked."""
    tally = Tally()
    for batch in examples.batches(batch_size, order=np.arange(len(examples))):
        logits, _ = network(batch.images, batch.metadata)  # (B, classes)
        loss, _ = cross_entropy_forward(logits, batch.labels)
        tally.add(loss, logits, batch.labels)
    return tally.evaluation
