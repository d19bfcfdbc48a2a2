"""`python -m tinyconv explain`: the demo's network with a picture, as a page to walk through."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import numpy as np

from tinyconv import data
from tinyconv.commands import demo
from tinyconv.commands.warmup import compile_all
from tinyconv.layers import Conv2d
from tinyconv.network import Sequential
from tinyconv.page import explain
from tinyconv.shapes import Array
from tinyconv.training import load_weights

SUMMARY = "write a page in which you walk through a network, number by number, with your own picture"
EPOCHS = 15


def describe(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add = parser.add_argument
    add("--image", type=Path, help="a PNG or JPEG file, shrunk to 64 pixels (default: a scene of digits)")
    add("--weights", type=Path, help="what the demo saved: tinyconv-demo/digits.npz (default: train now)")
    add("--out", type=Path, default=Path("explain.html"), help="the page (default explain.html)")


def run(arguments: Namespace) -> int:
    """Read the picture, get the weights, write the page."""
    image, metadata = picture(arguments.image)
    page = explain(sliding(learnt(arguments.weights)), image, metadata, arguments.out)
    print(f"wrote {page.path} ({len(page.html) / 1e6:.1f} MB): open it in a browser")
    return 0


def picture(path: Path | None) -> tuple[Array, dict[str, Any] | None]:
    """Return the image of a file; or a scene of digits, and what is known of it."""
    if path is None:
        images, metadata = data.digit_scenes(1, seed=0)
        return images, metadata[0]
    from tinyconv.plot.reading import read_picture

    return read_picture(path), None


def learnt(weights: Path | None) -> Sequential:
    """Return the demo's network with the weights of a file; or train it for a moment."""
    if weights is None:
        compile_all((np.float32,))
        return demo.train(EPOCHS, seed=0)[0]
    network = demo.build(seed=0)
    load_weights(network, weights)
    return network


def sliding(network: Sequential) -> Sequential:
    """Return the demo's network for pictures of any size: what it says of 8×8 pixels, at each place.

    Its linear layer looks at 2×2 cells of 32 maps. With the same weights laid out as filters of 2×2 it is a
    convolution, which gives a map per digit.

    >>> sliding(demo.build(0)).output_shape((3, 64, 64))
    (10, 15, 15)
    """
    fc: Any = network["fc"]
    filters = Conv2d(32, 10, 2)
    filters.load_state_dict({"weight": fc.weight.reshape(10, 32, 2, 2), "bias": fc.bias})
    kept = {name: layer for name, layer in network.layers.items() if name not in ("flatten", "fc")}
    return Sequential(**kept, fc=filters)
