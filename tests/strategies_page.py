"""Three networks with an image each, their pages, and a headless Chromium that shows them."""

import json
import shutil
from typing import Any, NamedTuple

import numpy as np
import pytest

from tinyconv import (
    AvgPool2d,
    BatchNorm2d,
    ConcatMaps,
    ConcatMetadata,
    ConditionalBatchNorm2d,
    Conv2d,
    Dropout,
    FiLM,
    Flatten,
    GlobalAvgPool2d,
    Linear,
    MaxPool2d,
    Numeric,
    ReLU,
    Residual,
    ScaleBias,
    Sequential,
    Sigmoid,
    Tanh,
    data,
    trace,
)
from tinyconv.commands import demo
from tinyconv.metadata import attach
from tinyconv.page import explain
from tinyconv.page.stops import Stop, stops

SCRIPT = "<script>document.title = 'run'</script>"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-device-scale-factor=1",
    "--window-size=1366,768",
)
needs_chromium = pytest.mark.skipif(
    not (shutil.which("chromium") and shutil.which("chromedriver")), reason="Chromium is not installed"
)


class Case(NamedTuple):
    """A page, and the very arrays that it must show."""

    name: str
    page: Any
    seen: Any  # the trace, with the way back
    way: list[Stop]
    metadata: Any  # at the image
    dy: np.ndarray

    @property
    def url(self):
        return self.page.path.as_uri()


def build_case(name, network, x, metadata, directory):
    own = attach(metadata, x.shape, "test")
    output = trace(network, x, own).output
    dy = np.zeros_like(output)
    dy.flat[output.argmax()] = 1
    page = explain(network, x, metadata, directory / f"{name}.html")
    return Case(name, page, trace(network, x, own, dy=dy), stops(network), own, dy)


def digit(directory):
    """The demo's network, and a label that is a script."""
    x = demo.rgb(data.digits(seed=0).test_images[:1])
    metadata = {
        "boxes": [[1, 1, 7, 7], [3, 0, 5, 4]],
        "points": [[4, 4], [1.5, 6]],
        "labels": [SCRIPT, "</script>"],
    }
    return build_case("digit", demo.build(seed=0), x, metadata, directory)


def odd(directory):
    """Every unusual geometry, and an instance mask without boxes."""
    rng = np.random.default_rng(0)
    norm = BatchNorm2d(6)
    for array in (norm.weight, norm.bias, norm.running_mean):
        array[...] = rng.normal(size=6)
    norm.running_var[...] = rng.uniform(0.5, 2, size=6)
    network = Sequential(
        conv=Conv2d(1, 6, (3, 4), stride=(2, 1), padding=((1, 0), (2, 3)), dilation=(1, 2), rng=1),
        norm=norm,
        tanh=Tanh(),
        mean=AvgPool2d((3, 2), (2, 1), (1, 1), ceil_mode=True, count_include_pad=False),
        grouped=Conv2d(6, 9, 3, groups=3, padding="same", bias=False, rng=2),
        residual=Residual(Sequential(inner=Conv2d(9, 9, 3, padding=1, rng=3), relu=ReLU())),
        pool=MaxPool2d(3, 2, 1, ceil_mode=True),
        padded=AvgPool2d(2, 2, 1),
        average=GlobalAvgPool2d(),
        fc=Linear(9, 30, rng=4),
        sigmoid=Sigmoid(),
    )
    image, nuclei = data.nuclei()
    crop = np.s_[..., 30:52, 100:126]
    return build_case("odd", network, image[crop], {"mask": nuclei["mask"][crop]}, directory)


def conditioned(directory):
    """Layers that read the metadata, in float64, nested; boxes, masks and a label on a user's image."""
    wide = np.float64
    rng = np.random.default_rng(5)
    film, scale = (
        FiLM(8, Numeric("zoom", 2), rng=1, dtype=wide),
        ScaleBias(8, Numeric("zoom", 2), rng=2, dtype=wide),
    )
    norm = ConditionalBatchNorm2d(8, Numeric("zoom", 2), rng=3, dtype=wide)
    norm.running_mean[...], norm.running_var[...] = rng.normal(size=8), rng.uniform(0.5, 2, size=8)
    network = Sequential(
        first=Sequential(conv=Conv2d(3, 8, 5, padding=2, rng=4, dtype=wide), film=film, relu=ReLU()),
        pool=MaxPool2d(2, 1, dilation=2),
        second=Sequential(
            conv=Conv2d(8, 8, (2, 3), stride=2, groups=4, rng=6, dtype=wide), norm=norm, relu=ReLU()
        ),
        maps=ConcatMaps(Numeric("zoom", 2)),
        back=Conv2d(10, 8, 1, rng=7, dtype=wide),
        scale=scale,
        dropout=Dropout(0.5),
        flatten=Flatten(),
        concat=ConcatMetadata(Numeric("zoom", 2)),
        fc=Linear(8 * 8 * 9 + 2, 3, rng=8, dtype=wide),
    )
    x = rng.uniform(-1, 1, size=(1, 3, 18, 22))
    masks = np.zeros((2, 18, 22), bool)
    masks[0, 2:9, 3:11], masks[1, 8:16, 12:20] = True, True
    metadata = {
        "boxes": [[3, 2, 11, 9], [12.5, 8, 30, 16]],
        "masks": masks,
        "labels": ["cat", "dog"],
        "zoom": [1.5, -2],
    }
    return build_case("conditioned", network, x, metadata, directory)


CASES = {"digit": digit, "odd": odd, "conditioned": conditioned}


def start_chromium(directory):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={directory}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


READ = """
const number = ({dataset, textContent}) => (
  {value: dataset.value ?? null, text: textContent, cell: dataset.cell ?? null, role: dataset.role ?? null});
const numbers = (within) => [...within.querySelectorAll('[data-value]')];
const within = document.getElementById('calculation');
const tables = [...within.querySelectorAll('table.grid')].map((table) => ({
  role: table.dataset.role, channel: Number(table.dataset.channel),
  rows: [...table.querySelectorAll('tr')].map((row) => [...row.children].map((cell) => (
    {...number(cell), mark: cell.className.trim()})))}));
const contributions = [...within.querySelectorAll('[data-role=contribution]')].map((row) => (
  [Number(row.dataset.index), ...numbers(row).map((cell) => cell.dataset.value)]));
const loose = numbers(within).filter((shown) => shown.dataset.role).map(number);
const sentence = document.getElementById('sentence');
const {cell, backward} = window.tinyconv.state;
return JSON.stringify({tables, contributions, loose, count: numbers(within).length,
  sentence: sentence.textContent, value: numbers(sentence)[0].dataset.value,
  objects: [...sentence.querySelectorAll('[data-object]')].map((chip) => Number(chip.dataset.object)),
  pixels: document.getElementById('field').dataset.pixels.split(',').map(Number),
  backward, ...cell, node: cell.node.number, index: cell.node.index(cell)});
"""


def read(browser):
    """Everything that the page says of the cell where the walk stands."""
    return json.loads(browser.execute_script(READ))
