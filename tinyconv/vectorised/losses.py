"""What the losses are made of."""

import numpy as np

from tinyconv.shapes import Array


def log_softmax(logits: Array) -> Array:
    """Return the log of each row's softmax; the row's largest logit is taken off first, so exp is safe."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
