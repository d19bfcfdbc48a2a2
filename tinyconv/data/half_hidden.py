"""Half-hidden digits: the image keeps each digit's upper half, the metadata know the ink of the lower."""

import numpy as np

from tinyconv.data.optdigits import all_digits
from tinyconv.data.split import MetadataSplit, check_split, stratified_with_metadata
from tinyconv.shapes import Array

HIDDEN = slice(4, 8)  # rows


def half_hidden_digits(test_size: float = 0.2, seed: int = 0) -> MetadataSplit:
    """Return `digits(test_size, seed)` with the lower half of each hidden, and a metadata dict for each.

    Images are float32 (N, 1, 8, 8) in [0, 1], 1 is ink, and rows 4 to 7 are 0; labels are int64 (N,), 0 to 9.
    Each dict holds

    - `label`, an int: the digit;
    - `ink`, float64 (3,), measured on the 4×8 hidden pixels and on no other: their mean, from 0 to 1, and the
      x and y of their centre of ink, in pixels of the image (edge coordinates: y lies between 4 and 8).

    Raises `ShapeError` or `DTypeError` like `digits`.

    >>> split = half_hidden_digits()
    >>> split.train_images.shape, split.train_images[:, :, 4:].any()
    ((1438, 1, 8, 8), np.False_)
    >>> split.train_metadata[0]
    {'label': ..., 'ink': array([...])}
    """
    check_split("half_hidden_digits", test_size, seed)
    images, labels = all_digits()
    ink = _measure(images[:, 0, HIDDEN])  # (N, 3)
    images[:, :, HIDDEN] = 0
    metadata = [{"label": int(label), "ink": numbers} for label, numbers in zip(labels, ink, strict=True)]
    return stratified_with_metadata("half_hidden_digits", images, labels, metadata, test_size, seed)


def _measure(hidden: Array) -> Array:
    """Return each one's mean and the x and y of its centre of ink: (N, 4, 8) → (N, 3); every half has ink."""
    weight = hidden / hidden.sum(axis=(1, 2), keepdims=True, dtype=np.float64)  # sums to 1 per image
    _, H, W = hidden.shape
    x = weight.sum(axis=1) @ (np.arange(W) + 0.5)  # (N,)
    y = weight.sum(axis=2) @ (np.arange(H) + 0.5 + HIDDEN.start)  # (N,)
    return np.stack([hidden.mean(axis=(1, 2), dtype=np.float64), x, y], axis=1)
