"""What metadata_gain.py trains: two data sets, and a small network with each way in for their metadata."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from tinyconv import Sequential, data
from tinyconv.data.coinage import image_alone_limit
from tinyconv.layers import (
    BatchNorm2d,
    ConcatMetadata,
    ConditionalBatchNorm2d,
    Conv2d,
    FiLM,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    Numeric,
    ReLU,
    ScaleBias,
)
from tinyconv.training import Adam, History, evaluate, fit

BATCH_SIZE = 64


class Task(NamedTuple):
    """A data set, and a network of its size."""

    title: str
    key: str  # what the network reads
    split: Callable[[int], data.MetadataSplit]  # by seed
    channels: tuple[int, ...]  # of the image, and behind each convolution
    hidden: int  # features between the dense layers
    classes: int
    lr: float
    epochs: int
    quick_epochs: int


TASKS = {
    "digits": Task(
        "half-hidden digits",
        "ink",
        lambda seed: data.half_hidden_digits(seed=seed),
        channels=(1, 16, 32),
        hidden=64,
        classes=10,
        lr=3e-3,
        epochs=30,
        quick_epochs=15,
    ),
    "coins": Task(
        f"coins (at best {100 * image_alone_limit():.1f} from a diameter in pixels)",
        "pixels_per_mm",
        lambda seed: data.coins(size=32, seed=seed),
        channels=(3, 8, 16, 32),
        hidden=32,
        classes=4,
        lr=2e-3,
        epochs=20,
        quick_epochs=15,
    ),
}


class Method(NamedTuple):
    """A layer, where it stands in the network, and the method that it is compared with."""

    make: Callable[[int, Numeric, np.random.Generator], Layer]  # of channels, encoder and rng
    behind: str  # the last layer whose name begins so
    baseline: str = ""


ALONE, NORMALISED = "image alone", "image alone, batch norm"
METHODS = {
    NORMALISED: Method(lambda C, encoder, rng: BatchNorm2d(C), "conv"),
    "concatenation": Method(lambda C, encoder, rng: ConcatMetadata(encoder), "flatten", ALONE),
    "scale and bias": Method(lambda C, encoder, rng: ScaleBias(C, encoder, rng=rng), "pool", ALONE),
    "FiLM": Method(lambda C, encoder, rng: FiLM(C, encoder, rng=rng), "conv", ALONE),
    "conditional batch norm": Method(
        lambda C, encoder, rng: ConditionalBatchNorm2d(C, encoder, rng=rng), "conv", NORMALISED
    ),
}
READING = [name for name, method in METHODS.items() if method.baseline]


def build(task: Task, name: str, split: data.MetadataSplit, seed: int) -> Sequential:
    """Return conv → ReLU → pool, as often as the task says, two dense layers, and the method in its place."""
    rng = np.random.default_rng(seed)
    [own] = rng.spawn(1)  # for the method, so that everything else starts alike with and without it
    layers = dict[str, Layer]()
    for number, (C, F) in enumerate(pairwise(task.channels), start=1):
        conv = Conv2d(C, F, 3, padding=1, rng=rng)
        layers |= {f"conv{number}": conv, f"relu{number}": ReLU(), f"pool{number}": MaxPool2d(2)}
    layers["flatten"] = Flatten()
    if name in METHODS:
        encoder = standardised(task.key, split.train_metadata)
        layers = inserted(layers, METHODS[name].behind, METHODS[name].make(task.channels[-1], encoder, own))
    [features] = Sequential(**layers).output_shape(split.train_images.shape[1:])
    layers |= {"fc1": Linear(features, task.hidden, rng=rng), "relu": ReLU()}
    return Sequential(**layers, fc2=Linear(task.hidden, task.classes, rng=rng))


def standardised(key: str, metadata: list[dict[str, Any]]) -> Numeric:
    """Return the encoder that brings the training images' numbers to mean 0 and spread 1."""
    numbers = np.array([np.atleast_1d(entry[key]) for entry in metadata])  # (N, size)
    return Numeric(key, numbers.shape[1], mean=numbers.mean(axis=0), std=numbers.std(axis=0))


def inserted(layers: dict[str, Layer], behind: str, layer: Layer) -> dict[str, Layer]:
    """Return the layers with one more behind the last whose name begins with `behind`."""
    items = list(layers.items())
    place = max(row for row, (name, _) in enumerate(items) if name.startswith(behind)) + 1
    return dict([*items[:place], ("method", layer), *items[place:]])


def accuracy(task: Task, name: str, split: data.MetadataSplit, seed: int, epochs: int) -> float:
    """Train, and return the accuracy on the test images, in percent.

    The learning rate falls to 0, or running statistics would lag behind weights that still move.
    """
    network, optimizer = build(task, name, split, seed), Adam(task.lr)

    def slow_down(epoch: int, history: History) -> None:
        optimizer.lr = task.lr * (1 - epoch / epochs)

    settings = {"epochs": epochs, "batch_size": BATCH_SIZE, "seed": seed, "progress": False}
    fit(network, *split.train, optimizer=optimizer, callback=slow_down, **settings)
    return 100 * evaluate(network, *split.test).accuracy


def shuffled(split: data.MetadataSplit, seed: int) -> data.MetadataSplit:
    """Return the split with its dicts dealt out to other images, in each part."""
    rng = np.random.default_rng(seed)

    def dealt(metadata: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [metadata[row] for row in rng.permutation(len(metadata))]

    return split._replace(
        train_metadata=dealt(split.train_metadata), test_metadata=dealt(split.test_metadata)
    )
