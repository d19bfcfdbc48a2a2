"""Train and test: one shuffled, stratified split of labelled images."""

from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from tinyconv.shapes import Array, DTypeError, ShapeError, integer


class Split(NamedTuple):
    """Labelled images in two parts that share no image.

    >>> from tinyconv.data import digits
    >>> train_images, train_labels, test_images, test_labels = digits()
    >>> train_images.shape, test_labels.shape
    ((1438, 1, 8, 8), (359,))
    """

    train_images: Array  # (N, C, H, W)
    train_labels: Array  # (N,)
    test_images: Array  # (N, C, H, W)
    test_labels: Array  # (N,)


def check_split(function: str, test_size: Any, seed: Any) -> None:
    """Refuse a `test_size` that is no share and a `seed` that is no natural number, before any file is read.

    >>> check_split("digits", test_size=0.2, seed=0)
    """
    if isinstance(test_size, bool) or not isinstance(test_size, Real):
        kind = type(test_size).__name__
        raise DTypeError(f"{function}: test_size (={test_size!r}) must be a number, got {kind}")
    if not 0 < float(test_size) < 1:
        raise ShapeError(f"{function}: test_size (={test_size}) must lie between 0 and 1, both excluded")
    integer(function, "seed", seed, minimum=0)


def stratified(function: str, images: Array, labels: Array, test_size: float, seed: int) -> Split:
    """Shuffle, and give the share `test_size` of every class to the test part.

    Raises `ShapeError` when a class would be missing from one of the parts.

    >>> split = stratified("digits", np.zeros((10, 1, 8, 8)), np.repeat([0, 1], 5), test_size=0.2, seed=0)
    >>> np.bincount(split.train_labels), np.bincount(split.test_labels)
    (array([4, 4]), array([1, 1]))
    """
    order = np.random.default_rng(seed).permutation(len(labels))
    for_test = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        members = order[labels[order] == label]
        share = round(test_size * len(members))
        if not 0 < share < len(members):
            raise ShapeError(
                f"{function}: test_size (={test_size}) must leave images of every class in both parts, "
                f"but gives {share} of the {len(members)} images of class {label} to the test part"
            )
        for_test[members[:share]] = True
    train, test = order[~for_test[order]], order[for_test[order]]
    return Split(images[train], labels[train], images[test], labels[test])
