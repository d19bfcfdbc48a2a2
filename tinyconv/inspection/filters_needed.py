"""How many filters are enough: the same network with 4, 8, 16, 32 of them, accuracy against cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tinyconv.layers import Layer
from tinyconv.shapes import Array
from tinyconv.training import Adam
from tinyconv.training.optimizers import Optimizer


@dataclass(frozen=True, eq=False)
class FiltersNeeded:
    """One row per number of filters, one column per seed."""

    filters: Array  # (K,) int64
    parameters: Array  # (K,) int64
    multiply_adds: Array  # (K,) int64: for one image
    train_accuracy: Array  # (K, S) float64: 0 to 1
    test_accuracy: Array  # (K, S) float64


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
    """Train `build(filters, seed)` for every number of filters and seed; return accuracy and cost."""
    raise NotImplementedError
