"""`python -m tinyconv demo`: train on real digits, read metadata, and watch boxes go through the layers."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

import numpy as np

from tinyconv import data
from tinyconv.commands.warmup import compile_all
from tinyconv.layers import Conv2d, FiLM, Flatten, Layer, Linear, MaxPool2d, Numeric, ReLU
from tinyconv.network import Sequential
from tinyconv.shapes import Array
from tinyconv.training import Adam, evaluate, fit, save

SUMMARY = "train a network on real digits and draw what its layers do to two pictures and their boxes"
EPOCHS, HALF_HIDDEN_EPOCHS, BATCH_SIZE, LEARNING_RATE = 40, 20, 64, 3e-3


def describe(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add = parser.add_argument
    add("--out", type=Path, default=Path("tinyconv-demo"), help="directory for the results")
    add("--epochs", type=natural, default=EPOCHS, help=f"passes over the digits (default {EPOCHS})")
    add("--seed", type=natural, default=0, help="for the split, the start and the order (default 0)")


def natural(text: str) -> int:
    """Return the int from 0 upwards that somebody typed.

    >>> natural("30")
    30
    """
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} must be an int, at least 0")
    return int(text)


def run(arguments: Namespace) -> int:
    """Compile, train, save, compare, draw, report."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    compile_all((np.float32,))
    network, accuracy = train(arguments.epochs, arguments.seed)
    save(network, arguments.out / "digits.npz")
    compare_half_hidden(min(arguments.epochs, HALF_HIDDEN_EPOCHS), arguments.seed)
    draw(network, arguments.out / "through_the_layers.png")
    print(f"wrote {arguments.out / 'digits.npz'} and {arguments.out / 'through_the_layers.png'}")
    print(f"test accuracy: {100 * accuracy:.1f} %")
    return 0


def build(seed: int, **reading: Layer) -> Sequential:
    """Return conv → ReLU → pool twice, and a linear layer: for RGB digits of 8×8 pixels.

    Layers that read the metadata come behind the second convolution.

    >>> build(0).output_shape((3, 8, 8))
    (10,)
    """
    rng = np.random.default_rng(seed)
    return Sequential(
        conv1=Conv2d(3, 16, 3, padding=1, rng=rng),
        relu1=ReLU(),
        pool1=MaxPool2d(2),
        conv2=Conv2d(16, 32, 3, padding=1, rng=rng),
        **reading,
        relu2=ReLU(),
        pool2=MaxPool2d(2),
        flatten=Flatten(),
        fc=Linear(32 * 2 * 2, 10, rng=rng),
    )


def rgb(images: Array) -> Array:
    """Return grey images as RGB ones: (N, 1, H, W) → (N, 3, H, W).

    >>> rgb(np.zeros((2, 1, 8, 8))).shape
    (2, 3, 8, 8)
    """
    return np.repeat(images, 3, axis=1)


def train(epochs: int, seed: int, progress: bool = True) -> tuple[Sequential, float]:
    """Train on four fifths of the digits; return the network and its accuracy on the rest."""
    digits, network = data.digits(seed=seed), build(seed)
    print(network.summary((3, *digits.train_images.shape[2:])))
    print(
        f"training on {len(digits.train_images):,} real digits, testing on {len(digits.test_images):,} others"
    )
    return network, learn(network, digits, epochs, seed, progress)


def learn(
    network: Sequential, split: data.Split | data.MetadataSplit, epochs: int, seed: int, progress: bool
) -> float:
    """Train on one part of a split; return the accuracy on the other."""
    (images, *known), (test_images, *known_of_test) = split.train, split.test
    test = (rgb(test_images), *known_of_test)
    fit(
        network,
        rgb(images),
        *known,
        epochs=epochs,
        batch_size=BATCH_SIZE,
        optimizer=Adam(LEARNING_RATE),
        validation=test,
        seed=seed,
        progress=progress,
    )
    return evaluate(network, *test).accuracy


def compare_half_hidden(epochs: int, seed: int) -> tuple[float, float]:
    """Train on half-hidden digits, without and with the ink of the hidden half; return both accuracies."""
    split = data.half_hidden_digits(seed=seed)
    ink = np.array([entry["ink"] for entry in split.train_metadata])  # (N, 3)
    film = FiLM(32, Numeric("ink", 3, mean=ink.mean(axis=0), std=ink.std(axis=0)), rng=seed)
    alone = learn(build(seed), split, epochs, seed, progress=False)
    reading = learn(build(seed, film=film), split, epochs, seed, progress=False)
    print(
        f"lower half of each digit hidden: {100 * alone:.1f} % from the image alone, "
        f"{100 * reading:.1f} % where FiLM reads its ink"
    )
    return alone, reading


def draw(network: Sequential, path: Path) -> None:
    """Draw a scene of digits and a micrograph on their way through the layers, with their boxes."""
    from tinyconv.plot import through_the_layers

    scenes, scene_metadata = data.digit_scenes(1, seed=0)
    micrograph, nuclei = data.nuclei()
    through_the_layers(network, [(scenes, scene_metadata), (rgb(micrograph), nuclei)]).save(path)
