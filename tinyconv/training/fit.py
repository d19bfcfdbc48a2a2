"""The training loop: shuffle, forward, backward, step; and what surrounds it."""

import math
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from tinyconv.functional import cross_entropy_backward, cross_entropy_forward
from tinyconv.layers import Layer
from tinyconv.shapes import Array, DTypeError, integer
from tinyconv.training.checkpoint import open_checkpoint
from tinyconv.training.evaluation import Evaluation, Tally, evaluate_examples
from tinyconv.training.examples import Examples, checked_examples
from tinyconv.training.history import History
from tinyconv.training.interrupts import uninterrupted
from tinyconv.training.optimizers import Optimizer
from tinyconv.training.progress import EpochBar


def fit(
    network: Layer,
    images: Array,
    labels: Array,
    metadata: Sequence[Mapping[str, Any]] | None = None,
    *,
    epochs: int,
    batch_size: int,
    optimizer: Optimizer,
    validation: tuple[Any, ...] | None = None,
    seed: int = 0,
    progress: bool = True,
    callback: Callable[[int, History], object] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
) -> History:
    """Train `network` in place on images (N, C, H, W) with labels (N,), by cross-entropy.

    - The order of an epoch depends on `seed` and the epoch's number only; the last batch may be smaller.
    - The metadata are taken in once, at the beginning, and not again at every step.
    - `validation` is (images, labels) or (images, labels, metadata), evaluated after each epoch.
    - `callback(epoch, history)` runs after each epoch, counted from 1. It may change the optimiser (its `lr`,
      say); when it returns True, training stops.
    - Ctrl-C returns what has been learnt so far, with `history.interrupted` True: every update is whole.
    - `checkpoint` is a ``.npz`` path, written after each epoch. Where the file exists, `network` and
      `optimizer` take their state from it, and training goes on behind its last whole epoch, to the same
      bits as a run that was never interrupted. Layers, settings, images, labels, and what the layers read of
      the metadata, must be the run's own.

    Raises:
        ShapeError: a size, label or number breaks a rule, or the checkpoint belongs to another run.
        DTypeError: an argument is of the wrong type.
        DamagedFileError: the checkpoint is truncated or altered (a ValueError).

    >>> from tinyconv.layers import Flatten, Linear
    >>> from tinyconv.network import Sequential
    >>> from tinyconv.training.optimizers import SGD
    >>> images = np.eye(4, dtype=np.float32).reshape(4, 1, 2, 2)
    >>> network = Sequential(Flatten(), Linear(4, 2))
    >>> labels, sgd = np.array([0, 0, 1, 1]), SGD(lr=1.0)
    >>> history = fit(network, images, labels, epochs=20, batch_size=3, optimizer=sgd, progress=False)
    >>> history.train_accuracy[-1]
    1.0
    """
    _check_arguments(epochs, batch_size, seed, optimizer, validation, callback)
    examples = checked_examples("fit", network, images, labels, metadata)
    held_out = None if validation is None else checked_examples("fit (validation)", network, *validation)
    saved = open_checkpoint(checkpoint, network, optimizer, examples, batch_size, seed)
    history = History()
    try:
        with uninterrupted():
            history = saved.begin(epochs)
        for epoch in range(len(history) + 1, epochs + 1):
            start = time.perf_counter()
            order = np.random.default_rng([seed, epoch]).permutation(len(examples))
            with EpochBar(epoch, epochs, math.ceil(len(order) / batch_size), shown=progress) as bar:
                train = _learn(network, optimizer, examples.batches(batch_size, order), bar)
                score = None if held_out is None else evaluate_examples(network, held_out, batch_size)
                bar.finish(train, score)
            with uninterrupted():
                history.append(train, score, time.perf_counter() - start)
            stop = callback is not None and callback(epoch, history)
            saved.write(history)  # behind the callback, which may have changed the optimiser
            if stop:
                break
    except KeyboardInterrupt:
        history.interrupted = True
    return history


def _learn(network: Layer, optimizer: Optimizer, batches: Iterable[Examples], bar: EpochBar) -> Evaluation:
    """Take one step per batch; return loss and accuracy as they were before each step."""
    parameters, tally = network.parameters(), Tally()
    for batch in batches:
        logits, _, cache = network.forward(batch.images, batch.metadata)  # (B, classes)
        loss, loss_cache = cross_entropy_forward(logits, batch.labels)
        _, gradients = network.backward(cross_entropy_backward(loss_cache), cache)
        with uninterrupted():
            optimizer.step(parameters, gradients)
        tally.add(loss, logits, batch.labels)
        bar.update(tally.evaluation)
    return tally.evaluation


def _check_arguments(
    epochs: Any, batch_size: Any, seed: Any, optimizer: Any, validation: Any, callback: Any
) -> None:
    integer("fit", "epochs", epochs, minimum=0)
    integer("fit", "batch_size", batch_size, minimum=1)
    integer("fit", "seed", seed, minimum=0)
    if not callable(getattr(optimizer, "step", None)):
        raise DTypeError(f"fit: optimizer (={optimizer!r}) must have a step, like SGD or Adam")
    if callback is not None and not callable(callback):
        raise DTypeError(f"fit: callback (={callback!r}) must be callable")
    if validation is not None and not (isinstance(validation, tuple | list) and len(validation) in (2, 3)):
        raise DTypeError(
            f"fit: validation (a {type(validation).__name__}) must be (images, labels) "
            f"or (images, labels, metadata)"
        )
