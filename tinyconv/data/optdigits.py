"""The 1,797 handwritten digits of UCI's Optical Recognition of Handwritten Digits, 8×8 pixels each."""

import numpy as np

from tinyconv.data.files import load
from tinyconv.data.split import Split, check_split, stratified
from tinyconv.shapes import Array

LEVELS = 16  # a pixel counts the ink in a 4×4 block of the scan


def all_digits() -> tuple[Array, Array]:
    """Return every digit in the file's order: float32 images in [0, 1] and their classes.

    >>> images, labels = all_digits()
    >>> images.shape, labels[:10]
    ((1797, 1, 8, 8), array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
    """
    arrays = load("digits.npz")
    images = arrays["images"][:, None].astype(np.float32) / LEVELS  # (N, 1, 8, 8)
    return images, arrays["labels"].astype(np.int64)


def digits(test_size: float = 0.2, seed: int = 0) -> Split:
    """Return 1,797 real handwritten digits, shuffled and split alike in every class.

    Images are float32 (N, 1, 8, 8) in [0, 1], 1 is ink; labels are int64 (N,), 0 to 9. Raises `ShapeError` or
    `DTypeError` when `test_size` is not a share between 0 and 1 or `seed` not an int ≥ 0.

    >>> split = digits()
    >>> split.train_images.shape, split.test_images.shape
    ((1438, 1, 8, 8), (359, 1, 8, 8))
    """
    check_split("digits", test_size, seed)
    return stratified("digits", *all_digits(), test_size, seed)
