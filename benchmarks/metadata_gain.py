"""What metadata are worth: the test accuracy of a small network that sees the image alone, and with metadata.

    python benchmarks/metadata_gain.py [--quick] [--tasks digits coins] [--seeds 5] [--json FILE]

A seed draws the split, the start and the order of the images. Each method is compared, seed by seed, with the
same network without it; conditional normalisation with batch normalisation. The control is the method itself,
trained and tested on metadata that were dealt out to other images: what is left of its gain is no knowledge.
`--threads` changes no figure, and networks this small are fastest on one.
"""

import argparse
import importlib
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

import tinyconv
from tinyconv import data
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
from tinyconv.training import Adam, evaluate, fit

BATCH_SIZE = 64
ALONE, NORMALISED = "image alone", "image alone, batch norm"
BASELINES = {  # what each method is compared with: the same network without it
    "concatenation": ALONE,
    "scale and bias": ALONE,
    "FiLM": ALONE,
    "conditional batch norm": NORMALISED,
}
QUICK = ["concatenation", "FiLM"]


class Task(NamedTuple):
    """A data set, and a network of its size."""

    title: str
    key: str  # what the network reads
    split: Callable[[int], data.MetadataSplit]  # by seed
    channels: tuple[int, ...]  # of the image, and behind each convolution
    hidden: int
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
        f"coins (at best {100 * image_alone_limit():.1f} without a zoom)",
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


def build(task: Task, method: str, split: data.MetadataSplit, seed: int) -> tinyconv.Sequential:
    """Return conv → ReLU → pool, as often as the task says, two dense layers, and the method in its place."""
    rng = np.random.default_rng(seed)
    [own] = rng.spawn(1)  # for the method, so that everything else starts alike with and without it
    encoder = standardised(task.key, split.train_metadata)
    layers, stages = dict[str, Layer](), list(pairwise(task.channels))
    for number, (C, F) in enumerate(stages, start=1):
        layers[f"conv{number}"] = Conv2d(C, F, 3, padding=1, rng=rng)
        if number == len(stages):
            layers |= behind_convolution(method, F, encoder, own)
        layers |= {f"relu{number}": ReLU(), f"pool{number}": MaxPool2d(2)}
    if method == "scale and bias":
        layers["scale_bias"] = ScaleBias(F, encoder, rng=own)
    layers["flatten"] = Flatten()
    features = F * (split.train_images.shape[-1] >> len(stages)) ** 2
    if method == "concatenation":
        layers["concat"] = ConcatMetadata(encoder)
        features += encoder.size
    layers |= {"fc1": Linear(features, task.hidden, rng=rng), "relu": ReLU()}
    layers["fc2"] = Linear(task.hidden, task.classes, rng=rng)
    return tinyconv.Sequential(**layers)


def standardised(key: str, metadata: list[dict[str, Any]]) -> Numeric:
    """Return the encoder that brings the training images' numbers to mean 0 and spread 1."""
    numbers = np.array([np.atleast_1d(entry[key]) for entry in metadata])  # (N, size)
    return Numeric(key, numbers.shape[1], mean=numbers.mean(axis=0), std=numbers.std(axis=0))


def behind_convolution(method: str, F: int, encoder: Numeric, rng: np.random.Generator) -> dict[str, Layer]:
    """Return what stands between the last convolution and its ReLU, by name."""
    if method == NORMALISED:
        return {"norm": BatchNorm2d(F)}
    if method == "conditional batch norm":
        return {"norm": ConditionalBatchNorm2d(F, encoder, rng=rng)}
    if method == "FiLM":
        return {"film": FiLM(F, encoder, rng=rng)}
    return {}


def accuracy(task: Task, method: str, split: data.MetadataSplit, seed: int, epochs: int) -> float:
    """Train, and return the accuracy on the test images, in percent."""
    network = build(task, method, split, seed)
    optimizer = Adam(task.lr)
    fit(
        network,
        *split.train,
        epochs=epochs,
        batch_size=BATCH_SIZE,
        optimizer=optimizer,
        seed=seed,
        progress=False,
    )
    return 100 * evaluate(network, *split.test).accuracy


def shuffled(split: data.MetadataSplit, seed: int) -> data.MetadataSplit:
    """Return the split with its dicts dealt out to other images, in each part."""
    rng = np.random.default_rng(seed)

    def dealt(metadata: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [metadata[row] for row in rng.permutation(len(metadata))]

    return split._replace(
        train_metadata=dealt(split.train_metadata), test_metadata=dealt(split.test_metadata)
    )


class Row(NamedTuple):
    """A method's accuracies in percent, one per seed; `without` is its baseline's."""

    method: str
    baseline: str
    without: list[float]
    reading: list[float]
    control: list[float]  # with shuffled metadata

    def __str__(self) -> str:
        gains, left = (
            [accuracy - base for accuracy, base in zip(found, self.without, strict=True)]
            for found in (self.reading, self.control)
        )
        cells = [*map(spread, (self.without, self.reading)), spread(gains, "+"), spread(left, "+")]
        return line(self.method, self.baseline, cells)


def line(method: str, baseline: str, cells: Iterable[str]) -> str:
    """Return a line of the table."""
    return f"{method:24}{baseline:24}" + "".join(f"{cell:>16}" for cell in cells)


def spread(values: list[float], sign: str = "") -> str:
    """Return mean ± standard deviation; of one value, itself."""
    mean = f"{statistics.fmean(values):{sign}.1f}"
    shown = mean if len(values) == 1 else f"{mean} ± {statistics.stdev(values):.1f}"
    return shown.replace("-", "−")


def measure(task: Task, methods: list[str], seeds: list[int], epochs: int) -> list[Row]:
    """Train everything on every seed; print a line for each method."""
    splits = [task.split(seed) for seed in seeds]
    dealt = [shuffled(split, seed) for split, seed in zip(splits, seeds, strict=True)]

    def accuracies(method: str, given: list[data.MetadataSplit]) -> list[float]:
        return [accuracy(task, method, split, seed, epochs) for split, seed in zip(given, seeds, strict=True)]

    print(f"\n{task.title}: {len(splits[0].train_images):,} images to train on, ", end="")
    print(f"{len(splits[0].test_images)} to test on, {epochs} epochs")
    print(line("", "compared with", ["without", "with metadata", "gain", "when shuffled"]))
    alone: dict[str, list[float]] = {}
    rows = []
    for method in methods:
        baseline = BASELINES[method]
        if baseline not in alone:
            alone[baseline] = accuracies(baseline, splits)
        row = Row(method, baseline, alone[baseline], accuracies(method, splits), accuracies(method, dealt))
        print(row, flush=True)
        rows.append(row)
    return rows


def header(threads: int, seeds: list[int]) -> str:
    """Return what the figures mean nothing without."""
    versions = [
        f"{name} {importlib.import_module(name).__version__}" for name in ("tinyconv", "numpy", "numba")
    ]
    return (
        f"{platform.machine()}, {', '.join(versions)}, float32, threads: {threads}, "
        f"seeds: {', '.join(map(str, seeds))}; test accuracy in %, mean ± standard deviation over the seeds"
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one seed, two methods, fewer epochs")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS), help="(default all)")
    parser.add_argument("--seeds", type=int, default=5, help="how many (default 5)")
    parser.add_argument("--threads", type=int, default=1, help="(default 1)")
    parser.add_argument("--json", help="file for all figures")
    arguments = parser.parse_args()
    tinyconv.set_num_threads(arguments.threads)
    if arguments.seeds < 1:
        parser.error(f"--seeds (={arguments.seeds}) must be at least 1")
    seeds = [0] if arguments.quick else list(range(arguments.seeds))
    methods = QUICK if arguments.quick else list(BASELINES)
    conditions = header(arguments.threads, seeds)
    print(conditions)
    start, figures = time.perf_counter(), {}
    for name in arguments.tasks:
        task = TASKS[name]
        rows = measure(task, methods, seeds, task.quick_epochs if arguments.quick else task.epochs)
        figures[name] = [row._asdict() for row in rows]
    print(f"\n{time.perf_counter() - start:.0f} s")
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump({"conditions": conditions, "seeds": seeds, **figures}, file, indent=1)


if __name__ == "__main__":
    sys.exit(main())
