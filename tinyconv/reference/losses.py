"""What the losses are made of."""

import math

import numpy as np

from tinyconv.shapes import Array


def log_softmax(logits: Array) -> Array:
    """Return the log of each row's softmax; the row's largest logit is taken off first, so exp is safe."""
    result = np.zeros(logits.shape, logits.dtype)
    for n, row in enumerate(logits):
        largest = max(row)
        total = sum(math.exp(value - largest) for value in row)
        for f, value in enumerate(row):
            result[n, f] = value - largest - math.log(total)
    return result
