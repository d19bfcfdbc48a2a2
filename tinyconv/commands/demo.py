"""`python -m tinyconv demo`: train on real digits, then watch boxes go through the layers."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

import numpy as np

from tinyconv import data
from tinyconv.commands.warmup import compile_all
from tinyconv.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from tinyconv.network import Sequential
from tinyconv.shapes import Array
from tinyconv.training import Adam, evaluate, fit, save

SUMMARY = "train a network on real digits and draw what its layers do to two pictures and their boxes"
EPOCHS, BATCH_SIZE, LEARNING_RATE = 40, 64, 3e-3


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
    """Compile, train, report, save, draw."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    compile_all((np.float32,))
    network, accuracy = train(arguments.epochs, arguments.seed)
    save(network, arguments.out / "digits.npz")
    draw(network, arguments.out / "through_the_layers.png")
    print(f"wrote {arguments.out / 'digits.npz'} and {arguments.out / 'through_the_layers.png'}")
    print(f"test accuracy: {100 * accuracy:.1f} %")
    return 0


def build(seed: int) -> Sequential:
    """Return conv → ReLU → pool twice, and a linear layer: for RGB digits of 8×8 pixels.

    >>> build(0).output_shape((3, 8, 8))
    (10,)
    """
    rng = np.random.default_rng(seed)
    return Sequential(
        conv1=Conv2d(3, 16, 3, padding=1, rng=rng),
        relu1=ReLU(),
        pool1=MaxPool2d(2),
        conv2=Conv2d(16, 32, 3, padding=1, rng=rng),
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
    train_images, test_images = rgb(digits.train_images), rgb(digits.test_images)
    print(network.summary(train_images.shape[1:]))
    print(f"training on {len(train_images):,} real digits, testing on {len(test_images):,} others")
    fit(
        network,
        train_images,
        digits.train_labels,
        epochs=epochs,
        batch_size=BATCH_SIZE,
        optimizer=Adam(LEARNING_RATE),
        validation=(test_images, digits.test_labels),
        seed=seed,
        progress=progress,
    )
    return network, evaluate(network, test_images, digits.test_labels).accuracy


def draw(network: Sequential, path: Path) -> None:
    """Draw a scene of digits and a micrograph on their way through the layers, with their boxes."""
    from tinyconv.plot import through_the_layers

    scenes, scene_metadata = data.digit_scenes(1, seed=0)
    micrograph, nuclei = data.nuclei()
    through_the_layers(network, [(scenes, scene_metadata), (rgb(micrograph), nuclei)]).save(path)
