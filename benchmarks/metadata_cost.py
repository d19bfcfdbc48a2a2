"""What metadata cost: a training step with and without them, and FiLM beside PyTorch.

    python benchmarks/metadata_cost.py [--threads 1] [--turns 25] [--json FILE]

A step is forward, loss, backward and Adam, on 64 images of 28×28 pixels, through a network of LeNet's size
and ten layers. Each image's dict holds two boxes, a mask, a label and three numbers. `fit` takes the dicts
in once and picks out each batch's, and so do the steps here; the last one takes in plain dicts, with every
check, at every step. The FiLM whose numbers are given stands in the same place, but reads nothing: what it
costs is arithmetic, and what it lacks is carrying and reading.

FiLM and scale-and-bias, with their linear map, are compared with the same in PyTorch and its autograd.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from measure import Work, header, limit_threads, take_turns

from tinyconv import Sequential
from tinyconv.functional import cross_entropy_backward, cross_entropy_forward
from tinyconv.layers import Conv2d, Encoder, FiLM, Flatten, Layer, Linear, MaxPool2d, Numeric, ReLU, ScaleBias
from tinyconv.metadata import attach
from tinyconv.training import Adam

N, H, W, CLASSES = 64, 28, 28, 10
SHARE = 0.05  # of a step: what carrying and reading may cost
TIMES = 1.5  # as long as PyTorch: what FiLM may take
SHAPES = [(64, 16, 14, 14), (64, 32, 28, 28), (8, 64, 112, 112)]
FINER = 4  # times as many turns for steps, which differ by a hundredth
VECTOR = 8  # numbers that a FiLM layer reads
ALONE, CARRIED = "the image alone", "metadata carried"
TINYCONV, TORCH = "tinyconv", "PyTorch"
GIVEN, READ, PLAIN = "FiLM of given numbers", "FiLM of metadata, carried and read", "FiLM of plain dicts"


class Given(Encoder):
    """The same numbers whatever the metadata say: nothing is read."""

    def __init__(self, vector: np.ndarray) -> None:
        self.vector, self.size = vector, vector.shape[1]

    def forward(self, metadata: Any, dtype: Any, reader: str) -> tuple[np.ndarray, None]:
        """Return the vector (N, size)."""
        return self.vector, None


def lenet(*behind_pool2: Layer) -> Sequential:
    """Return ten layers for (N, 1, 28, 28), or eleven."""
    rng = np.random.default_rng(0)
    convolutions = (
        Conv2d(1, 6, 5, padding=2, rng=rng),
        ReLU(),
        MaxPool2d(2),
        Conv2d(6, 16, 5, rng=rng),
        ReLU(),
    )
    dense = Flatten(), Linear(16 * 5 * 5, 120, rng=rng), ReLU(), Linear(120, CLASSES, rng=rng)
    return Sequential(*convolutions, MaxPool2d(2), *behind_pool2, *dense)


def dicts(rng: np.random.Generator, labels: np.ndarray) -> list[dict[str, Any]]:
    """Return rich metadata, a dict per image."""
    return [
        {
            "boxes": np.array([[2.0, 2, 20, 20], [4, 4, 10, 12]]),
            "mask": rng.integers(0, 3, (H, W), np.int32),
            "label": int(label),
            "numbers": rng.standard_normal(3),
        }
        for label in labels
    ]


def steps() -> dict[str, Work]:
    """Return the training steps that are compared, by name."""
    rng = np.random.default_rng(1)
    images, labels = rng.random((N, 1, H, W), np.float32), rng.integers(0, CLASSES, N)
    plain, order = dicts(rng, labels), rng.permutation(N)
    taken_in = attach(plain, images.shape, "metadata_cost")
    numbers = np.array([entry["numbers"] for entry in plain], np.float32)

    def step(network: Sequential, metadata: Callable[[], Any]) -> Work:
        parameters, optimizer = network.parameters(), Adam(1e-3)

        def work() -> None:
            logits, _, cache = network.forward(images, metadata())
            _, loss_cache = cross_entropy_forward(logits, labels)
            _, gradients = network.backward(cross_entropy_backward(loss_cache), cache)
            optimizer.step(parameters, gradients)

        return work

    given, reading = FiLM(16, Given(numbers), rng=0), Numeric("numbers", 3)
    return {
        ALONE: step(lenet(), lambda: None),
        CARRIED: step(lenet(), lambda: taken_in[order]),
        GIVEN: step(lenet(given), lambda: None),
        READ: step(lenet(FiLM(16, reading, rng=0)), lambda: taken_in[order]),
        PLAIN: step(lenet(FiLM(16, reading, rng=0)), lambda: plain),
    }


def films(layer: type[FiLM | ScaleBias], shape: tuple[int, ...]) -> dict[str, dict[str, Work]]:
    """Return what is compared on maps (N, C, H, W), by case and name, after a look at the results."""
    rng = np.random.default_rng(2)
    x, dy = (rng.standard_normal(shape).astype(np.float32) for _ in range(2))
    vector = rng.standard_normal((shape[0], VECTOR)).astype(np.float32)
    ours = layer(shape[1], Given(vector), rng=0)
    theirs = torch.nn.Linear(VECTOR, 2 * shape[1])
    theirs.load_state_dict({name: torch.tensor(a) for name, a in ours.project.linear.state_dict().items()})
    tx, tdy, tvector = torch.tensor(x, requires_grad=True), torch.tensor(dy), torch.tensor(vector)
    wanted = [tx, *theirs.parameters()]

    def torch_forward() -> torch.Tensor:
        gamma, beta = theirs(tvector).chunk(2, dim=1)  # (N, C) each
        return (ours.rest + gamma)[:, :, None, None] * tx + beta[:, :, None, None]

    def both_ways() -> list[np.ndarray]:
        _, _, cache = ours.forward(x)
        dx, gradients = ours.backward(dy, cache)
        return [dx, *gradients.values()]

    def torch_both_ways() -> tuple[torch.Tensor, ...]:
        return torch.autograd.grad(torch_forward(), wanted, tdy)

    for found, expected in zip(both_ways(), torch_both_ways(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3 * float(expected.abs().max()))
    return {
        "forward": {TINYCONV: lambda: ours(x), TORCH: torch.no_grad()(torch_forward)},
        "forward and backward": {TINYCONV: both_ways, TORCH: torch_both_ways},
    }


class Finding(NamedTuple):
    """One figure, beside what is aimed at where there is an aim."""

    what: str
    measured: str
    aim: str = ""
    holds: bool = True

    def __str__(self) -> str:
        verdict = f"   aim {self.aim}: {'holds' if self.holds else 'FALLS SHORT'}" if self.aim else ""
        return f"{self.what:66}{self.measured:>24}{verdict}"


def cost_of_steps(turns: int) -> Iterable[Finding]:
    """Yield what each step takes, and how much more than the same one without."""
    ms = take_turns(steps(), FINER * turns)
    yield Finding(ALONE, f"{ms[ALONE]:.3f} ms")
    for name, without, has_aim in (
        (CARRIED, ALONE, True),
        (GIVEN, ALONE, False),
        (READ, GIVEN, True),
        (PLAIN, GIVEN, False),
    ):
        more = ms[name] / ms[without] - 1
        aim = f"≤ {SHARE:+.0%}" if has_aim else ""
        yield Finding(f"{name}, against {without}", f"{ms[name]:.3f} ms  {more:+6.1%}", aim, more <= SHARE)


def cost_of_films(turns: int) -> Iterable[Finding]:
    """Yield how long FiLM and scale-and-bias take in each case, and how many times as long as PyTorch."""
    for layer in (FiLM, ScaleBias):
        for shape in SHAPES:
            for case, works in films(layer, shape).items():
                ms = take_turns(works, turns)
                times = ms[TINYCONV] / ms[TORCH]
                yield Finding(
                    f"{layer.__name__} {'×'.join(map(str, shape))}, {case}, against {TORCH}",
                    f"{ms[TINYCONV]:.3f} ms  {times:6.2f}×",
                    f"≤ {TIMES}×",
                    times <= TIMES,
                )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1, help="(default 1)")
    parser.add_argument(
        "--turns", type=int, default=25, help="a figure is the median of so many (default 25)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to a file")
    arguments = parser.parse_args()
    limit_threads(arguments.threads)
    conditions = header(arguments.threads)
    print("\n".join(f"{name}: {value}" for name, value in conditions.items()), flush=True)
    findings = []
    for costs in (cost_of_steps, cost_of_films):
        print(f"\n{costs.__name__.replace('_', ' ')}")
        for finding in costs(arguments.turns):
            print(finding, flush=True)
            findings.append(finding)
    if arguments.json:
        figures = {"header": conditions, "findings": [finding._asdict() for finding in findings]}
        arguments.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
