"""Losses: `torch.nn.functional.cross_entropy`, the mean over the batch."""

from typing import Any, NamedTuple

import numpy as np

from tinyconv import reference, vectorised
from tinyconv.engine import choose, quietly
from tinyconv.shapes import Array, DTypeError, ShapeError, floats, same_shape
from tinyconv.trace import SILENT, Note


class CrossEntropyCache(NamedTuple):
    """What the way back needs."""

    log_probabilities: Array  # (N, K)
    labels: Array  # (N,)


@quietly
def cross_entropy_forward(
    logits: Array, labels: Any, *, note: Note = SILENT
) -> tuple[float, CrossEntropyCache]:
    """Return the mean over the batch of −log softmax(logits)[label]; large logits do no harm.

    Args:
        logits: (N, K) scores for K classes, float32 or float64.
        labels: (N,) ints from 0 to K − 1.
        note: is told ``log_probabilities``.

    Returns:
        The loss, a float, and the cache.

    Raises:
        ShapeError: no images, the wrong number of labels, or a label out of range.
        DTypeError: logits that are not float32 or float64, or labels that are not ints.

    >>> import numpy as np
    >>> loss, cache = cross_entropy_forward(np.zeros((1, 4)), [2])
    >>> round(loss, 4)  # log 4
    1.3863
    """
    logits = floats("cross_entropy", "logits", logits, "NK")
    N, K = logits.shape
    labels = check_labels("cross_entropy", labels, N, K)
    if N == 0:
        raise ShapeError(
            "cross_entropy: logits (shape[0]=0) must hold at least one image: the mean of none is none"
        )
    log_softmax = choose(
        loops=reference.log_softmax, numpy=vectorised.log_softmax, numba=vectorised.log_softmax
    )
    log_probabilities = note("log_probabilities", log_softmax(logits))  # (N, K)
    loss = -log_probabilities[np.arange(N), labels].mean()
    return float(loss), CrossEntropyCache(log_probabilities, labels)


@quietly
def cross_entropy_backward(cache: CrossEntropyCache, *, note: Note = SILENT) -> Array:
    """Return dlogits (N, K): softmax minus one-hot, divided by N.

    >>> import numpy as np
    >>> loss, cache = cross_entropy_forward(np.zeros((1, 4)), [2])
    >>> cross_entropy_backward(cache)
    array([[ 0.25,  0.25, -0.75,  0.25]])
    """
    N = len(cache.labels)
    dlogits = np.exp(cache.log_probabilities)
    dlogits[np.arange(N), cache.labels] -= 1
    return note("dlogits", dlogits / N)


def check_labels(function: str, labels: Any, N: int, K: int) -> Array:
    """Return `labels` as an int64 array of N class numbers below K.

    >>> check_labels("fit", [0, 2], N=2, K=3)
    array([0, 2])
    """
    array = np.asarray(labels)
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise DTypeError(f"{function}: labels (dtype={array.dtype}) must be ints")
    same_shape(function, "labels", array, (N,), "one class number per image")
    outside = np.flatnonzero((array < 0) | (array >= K))
    if outside.size:
        first = outside[0]
        raise ShapeError(f"{function}: labels[{first}] (={array[first]}) must be between 0 and {K - 1}")
    return array.astype(np.int64)
