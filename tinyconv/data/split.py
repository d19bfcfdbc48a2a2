"""Train and test: one shuffled, stratified split of labelled images."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from tinyconv.shapes import Array, DTypeError, ShapeError, integer

Entry = dict[str, Any]  # one image's metadata


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

    @property
    def train(self) -> tuple[Array, Array]:
        """Images and labels to train on, as `fit` takes them."""
        return self.train_images, self.train_labels

    @property
    def test(self) -> tuple[Array, Array]:
        """Images and labels to test on, as `evaluate` takes them."""
        return self.test_images, self.test_labels


class MetadataSplit(NamedTuple):
    """A `Split` whose images have a dict of metadata each: ``fit(network, *split.train, …)`` takes all three.

    >>> from tinyconv.data import half_hidden_digits
    >>> images, labels, metadata = half_hidden_digits().test
    >>> images.shape, labels.shape, len(metadata)
    ((359, 1, 8, 8), (359,), 359)
    """

    train_images: Array  # (N, C, H, W)
    train_labels: Array  # (N,)
    train_metadata: list[Entry]  # N dicts
    test_images: Array  # (N, C, H, W)
    test_labels: Array  # (N,)
    test_metadata: list[Entry]  # N dicts

    @property
    def train(self) -> tuple[Array, Array, list[Entry]]:
        """Images, labels and metadata to train on, as `fit` takes them."""
        return self.train_images, self.train_labels, self.train_metadata

    @property
    def test(self) -> tuple[Array, Array, list[Entry]]:
        """Images, labels and metadata to test on, as `evaluate` takes them."""
        return self.test_images, self.test_labels, self.test_metadata


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
    train, test = _rows(function, labels, test_size, seed)
    return Split(images[train], labels[train], images[test], labels[test])


def stratified_with_metadata(
    function: str, images: Array, labels: Array, metadata: Sequence[Entry], test_size: float, seed: int
) -> MetadataSplit:
    """Split like `stratified`: the same images for the same labels and seed; each keeps its own dict.

    >>> metadata = [{"row": row} for row in range(4)]
    >>> split = stratified_with_metadata("digits", np.arange(4), np.zeros(4), metadata, test_size=0.5, seed=0)
    >>> split.test_images.tolist() == [entry["row"] for entry in split.test_metadata]
    True
    """

    def part(rows: Array) -> tuple[Array, Array, list[Entry]]:
        return images[rows], labels[rows], [metadata[row] for row in rows]

    train, test = _rows(function, labels, test_size, seed)
    return MetadataSplit(*part(train), *part(test))


def _rows(function: str, labels: Array, test_size: float, seed: int) -> tuple[Array, Array]:
    """Return the rows of the train part and of the test part, shuffled."""
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
    return order[~for_test[order]], order[for_test[order]]
