"""How many filters are enough: the same network with 4, 8, 16, 32 of them, accuracy against cost."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyconv.layers import Layer
from tinyconv.shapes import Array, DTypeError, ShapeError, integer
from tinyconv.summary import aligned, summarize
from tinyconv.training import Adam, evaluate, fit
from tinyconv.training.optimizers import Optimizer
from tinyconv.training.progress import progress_bar

TITLES = ("filters", "parameters", "multiply-adds", "train accuracy", "test accuracy")


@dataclass(frozen=True, eq=False, repr=False)
class FiltersNeeded:
    """One row per number of filters, one column per seed."""

    filters: Array  # (K,) int64
    parameters: Array  # (K,) int64
    multiply_adds: Array  # (K,) int64: for one image
    train_accuracy: Array  # (K, S) float64: 0 to 1
    test_accuracy: Array  # (K, S) float64

    def __repr__(self) -> str:
        """Return the table: accuracies are means over the seeds, ± half of their range."""
        rows = [TITLES]
        for row, (filters, parameters, adds) in enumerate(
            zip(self.filters, self.parameters, self.multiply_adds, strict=True)
        ):
            accuracies = _percent(self.train_accuracy[row]), _percent(self.test_accuracy[row])
            rows.append((str(filters), f"{parameters:,}", f"{adds:,}", *accuracies))
        lines = aligned(rows, texts=0)
        return "\n".join([lines[0], "─" * max(map(len, lines)), *lines[1:]])


def filters_needed(
    build: Callable[[int, int], Layer],
    train: tuple[Any, ...],
    test: tuple[Any, ...],
    filters: Sequence[int] = (4, 8, 16, 32),
    *,
    epochs: int,
    batch_size: int = 32,
    optimizer: Callable[[], Optimizer] = Adam,
    seeds: Sequence[int] = (0,),
    progress: bool = True,
) -> FiltersNeeded:
    """Train the same network with several numbers of filters, and return accuracy against cost.

    Args:
        build: `build(filters, seed)` returns a fresh network with so many filters.
        train, test: (images, labels) or (images, labels, metadata), as `fit` and `evaluate` take them.
        filters: the numbers of filters.
        epochs, batch_size: of each training.
        optimizer: is called for a fresh optimiser for each training.
        seeds: one training each; the seed also orders the images.
        progress: whether to show a bar.

    Raises:
        ShapeError, DTypeError: no number of filters or seed, or what `fit` would raise.

    >>> from tinyconv.layers import Conv2d, Flatten, Linear, ReLU
    >>> from tinyconv.network import Sequential
    >>> def build(filters, seed):
    ...     rng = np.random.default_rng(seed)
    ...     return Sequential(Conv2d(1, filters, 2, rng=rng), ReLU(), Flatten(), Linear(filters, 2, rng=rng))
    >>> images, labels = np.eye(4, dtype=np.float32).reshape(4, 1, 2, 2), np.array([0, 0, 1, 1])
    >>> same, adam = (images, labels), lambda: Adam(lr=0.1)
    >>> filters_needed(build, same, same, (1, 8), epochs=20, optimizer=adam, progress=False)
    filters  parameters  multiply-adds  train accuracy  test accuracy
    ─────────────────────────────────────────────────────────────────
          1           9              6         100.0 %        100.0 %
          8          58             48         100.0 %        100.0 %
    """
    _check_parts(build, train, test, optimizer)
    counts, seeds = _checked("filters", filters, 1), _checked("seeds", seeds, 0)
    costs = [_cost(build(count, seeds[0]), np.shape(train[0])[1:]) for count in counts]
    accuracy = np.empty((2, len(counts), len(seeds)))
    for row, column in _runs(len(counts), len(seeds), progress):
        network, seed = build(counts[row], seeds[column]), seeds[column]
        fit(
            network,
            *train,
            epochs=epochs,
            batch_size=batch_size,
            optimizer=optimizer(),
            seed=seed,
            progress=False,
        )
        accuracy[:, row, column] = [evaluate(network, *part).accuracy for part in (train, test)]
    parameters, multiply_adds = np.array(costs).T
    return FiltersNeeded(np.array(counts), parameters, multiply_adds, *accuracy)


def _check_parts(build: Any, train: Any, test: Any, optimizer: Any) -> None:
    for argument, value in (("train", train), ("test", test)):
        if not (isinstance(value, tuple | list) and len(value) in (2, 3)):
            raise DTypeError(
                f"filters_needed: {argument} (a {type(value).__name__}) must be (images, labels) "
                f"or (images, labels, metadata)"
            )
    if not callable(build) or isinstance(build, Layer):
        raise DTypeError(
            f"filters_needed: build (a {type(build).__name__}) must be a function that makes a network"
        )
    if not callable(optimizer):
        raise DTypeError(
            f"filters_needed: optimizer (a {type(optimizer).__name__}) must be a function that makes one, "
            f"like Adam itself"
        )


def _checked(argument: str, values: Any, minimum: int) -> list[int]:
    if not isinstance(values, Sequence | np.ndarray) or len(values) == 0:
        raise ShapeError(f"filters_needed: {argument} (={values!r}) must be a sequence of at least one int")
    return [integer("filters_needed", argument, value, minimum) for value in values]


def _cost(network: Any, shape: tuple[int, ...]) -> tuple[int, int]:
    """Return a network's parameters, and its multiply-adds for one image."""
    if not isinstance(network, Layer):
        raise DTypeError(
            f"filters_needed: build (which returned a {type(network).__name__}) must return a layer"
        )
    table = summarize(dict(network.leaves(type(network).__name__)), shape)
    return sum(row.parameters for row in table), sum(math.prod(row.multiply_adds) for row in table)


def _runs(rows: int, columns: int, shown: bool) -> Any:
    """Return every (row, column), with a progress bar."""
    runs = list(np.ndindex(rows, columns))
    return progress_bar(
        iterable=runs, desc="filters_needed", unit=" networks", disable=not shown, leave=False
    )


def _percent(accuracies: Array) -> str:
    mean, half = 100 * accuracies.mean(), 50 * np.ptp(accuracies)
    return f"{mean:.1f} %" if len(accuracies) == 1 else f"{mean:.1f} ± {half:.1f} %"
