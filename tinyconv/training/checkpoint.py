"""A training run on disk after every whole epoch, so that it can go on where it was killed."""

import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from tinyconv.layers import Layer
from tinyconv.metadata import MetadataBatch
from tinyconv.network import Sequential
from tinyconv.shapes import Array, DTypeError, ShapeError
from tinyconv.training.archive import read_arrays, with_suffix, write_arrays
from tinyconv.training.examples import Examples
from tinyconv.training.history import History
from tinyconv.training.interrupts import uninterrupted
from tinyconv.training.optimizers import Optimizer

FORMAT = "tinyconv checkpoint 1"


class Checkpoint:
    """One run's file: the parameters and buffers, the optimiser's state, the history, and which run it is.

    `run` says in words what must be the same for the bits to come out the same; a file whose `run` differs
    in a word is refused.
    """

    def __init__(
        self, path: str | os.PathLike[str], network: Layer, optimizer: Optimizer, run: dict[str, str]
    ) -> None:
        self.path: Path = with_suffix("fit", "checkpoint", path, ".npz")
        if not hasattr(optimizer, "state_dict") or not hasattr(optimizer, "load_state_dict"):
            raise DTypeError("fit: a checkpoint needs an optimizer with state_dict and load_state_dict")
        self.network = network
        self.optimizer = optimizer
        self.run = {"format": FORMAT} | run

    def begin(self, epochs: int) -> History:
        """Go to the last whole epoch of the file; where there is no file, write one for epoch 0.

        Writing at once shows a bad path before the training, not after it.
        """
        if self.path.exists():
            return self._restore(epochs)
        history = History()
        self.write(history)
        return history

    @uninterrupted()
    def write(self, history: History) -> None:
        """Replace the file in one stroke."""
        contents: dict[str, Any] = {}
        for part, entries in (
            ("run", self.run),
            ("network", self.network.state_dict(private=True)),
            ("optimizer", self.optimizer.state_dict()),
            ("history", history.columns()),
        ):
            contents |= {f"{part}/{name}": value for name, value in entries.items()}
        write_arrays("fit", self.path, contents)

    def _restore(self, epochs: int) -> History:
        contents = read_arrays("fit", "checkpoint", self.path)
        self._check_run({name: str(word) for name, word in _part(contents, "run").items()})
        history = History(**{name: column.tolist() for name, column in _part(contents, "history").items()})
        if len(history) > epochs:
            raise ShapeError(
                f"fit: epochs (={epochs}) must be at least the {len(history)} that checkpoint "
                f"(={str(self.path)!r}) already holds"
            )
        self.optimizer.load_state_dict(_part(contents, "optimizer"))
        self.network.load_state_dict(_part(contents, "network"), private=True)
        return history

    def _check_run(self, found: dict[str, str]) -> None:
        if found.get("format") != FORMAT:
            raise ShapeError(f"fit: checkpoint (={str(self.path)!r}) is no {FORMAT!r}")
        for name, word in self.run.items():
            if found.get(name, word) != word:  # an older file may lack a word
                raise ShapeError(
                    f"fit: checkpoint (={str(self.path)!r}) belongs to another run: "
                    f"its {name} is {found[name]}, and here it is {word}"
                )


class NoCheckpoint:
    """The checkpoint of a run that nobody asked to keep."""

    def begin(self, epochs: int) -> History:
        """Start from nothing."""
        return History()

    def write(self, history: History) -> None:
        """Keep nothing."""


def open_checkpoint(
    path: str | os.PathLike[str] | None,
    network: Layer,
    optimizer: Optimizer,
    examples: Examples,
    batch_size: int,
    seed: int,
) -> Checkpoint | NoCheckpoint:
    """Return the checkpoint at `path` for this very run, or one that keeps nothing where `path` is None."""
    if path is None:
        return NoCheckpoint()
    return Checkpoint(path, network, optimizer, describe_run(network, optimizer, examples, batch_size, seed))


def describe_run(
    network: Layer, optimizer: Optimizer, examples: Examples, batch_size: int, seed: int
) -> dict[str, str]:
    """Return in words everything that decides the bits of a run, as it stands before the first epoch."""
    layers = dict(network.leaves()) if isinstance(network, Sequential) else network
    parameters = network.parameters().items()
    return {
        "network": repr(layers),
        "parameters": ", ".join(f"{name} {array.shape} {array.dtype}" for name, array in parameters),
        "optimizer": repr(optimizer),
        "images": _describe(examples.images),
        "labels": _describe(examples.labels),
        "metadata": _describe_metadata(network, examples.metadata),
        "batch_size": str(batch_size),
        "seed": str(seed),
    }


def _describe(array: Array) -> str:
    checksum = zlib.crc32(np.ascontiguousarray(array).data)
    return f"{array.shape} {array.dtype} with checksum {checksum:08x}"


def _describe_metadata(network: Layer, metadata: MetadataBatch | None) -> str:
    """Describe what the network reads: nothing else can change a bit."""
    keys = sorted(network.reads(), key=repr)
    values = [] if metadata is None else [list(map(_plain, metadata.column(key))) for key in keys]
    return f"{keys} with checksum {zlib.crc32(repr(values).encode()):08x}"


def _plain(value: Any) -> Any:
    """Return lists for an array: NumPy writes its numbers short, and as somebody's print options say."""
    return value.tolist() if isinstance(value, np.ndarray) else value


def _part(contents: dict[str, Array], part: str) -> dict[str, Array]:
    prefix = f"{part}/"
    return {name.removeprefix(prefix): value for name, value in contents.items() if name.startswith(prefix)}
