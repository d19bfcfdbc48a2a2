"""What metadata cost: a training step with and without them, and FiLM beside PyTorch.

    python benchmarks/metadata_cost.py [--threads 1] [--turns 25] [--json FILE] [--markdown]

A step is forward, cross-entropy, backward and Adam, through LeNet-5 on 64 images of 28×28 pixels. Each
image's dict holds two boxes, a mask, a label and three numbers. `fit` takes the dicts in once and picks out
each batch's, and so do the steps here; the last one takes in plain dicts, with every check, at every step.
The FiLM whose numbers are given stands in the same place, but reads nothing: what it costs is arithmetic, and
what it lacks is carrying and reading.

FiLM and scale-and-bias, with their linear map, are compared with the same in PyTorch and its autograd.
"""

from collections.abc import Callable, Iterable
from importlib import import_module
from itertools import chain
from typing import Any

import aims
import numpy as np
from findings import Finding
from measure import Work, take_turns
from metadata_tasks import inserted
from peers import TINYCONV, TORCH, who_can_run
from report import begin, command_line, deliver
from tqdm import tqdm
from training import lenet

from tinyconv import Sequential
from tinyconv.functional import cross_entropy_backward, cross_entropy_forward
from tinyconv.layers import Encoder, FiLM, Numeric, ScaleBias
from tinyconv.metadata import attach
from tinyconv.training import Adam

N, H, W, CLASSES = 64, 28, 28, 10
FINER = 4  # times as many turns for steps, which differ by a hundredth
ALONE, CARRIED = "the image alone", "metadata carried"
GIVEN, READ, PLAIN = "FiLM of given numbers", "FiLM of metadata, carried and read", "FiLM of plain dicts"
SHAPES = [(64, 16, 14, 14), (64, 32, 28, 28), (8, 64, 112, 112)]
VECTOR = 8  # numbers that are read for each image


class Given(Encoder):
    """The same numbers whatever the metadata say: nothing is read."""

    def __init__(self, vector: np.ndarray) -> None:
        self.vector, self.size = vector, vector.shape[1]

    def forward(self, metadata: Any, dtype: Any, reader: str) -> tuple[np.ndarray, None]:
        """Return the vector (N, size)."""
        return self.vector, None


def lenet_with(encoder: Encoder) -> Sequential:
    """Return LeNet-5 with FiLM behind its second pool."""
    return Sequential(**inserted(lenet().layers, "pool2", FiLM(16, encoder, rng=0)))


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
    given = Given(np.array([entry["numbers"] for entry in plain], np.float32))
    numbers = Numeric("numbers", 3)

    def step(network: Sequential, metadata: Callable[[], Any]) -> Work:
        parameters, optimizer = network.parameters(), Adam(1e-3)

        def work() -> None:
            logits, _, cache = network.forward(images, metadata())
            _, loss_cache = cross_entropy_forward(logits, labels)
            _, gradients = network.backward(cross_entropy_backward(loss_cache), cache)
            optimizer.step(parameters, gradients)

        return work

    return {
        ALONE: step(lenet(), lambda: None),
        CARRIED: step(lenet(), lambda: taken_in[order]),
        GIVEN: step(lenet_with(given), lambda: None),
        READ: step(lenet_with(numbers), lambda: taken_in[order]),
        PLAIN: step(lenet_with(numbers), lambda: plain),
    }


def cost_of_steps(turns: int) -> Iterable[Finding]:
    """Yield what each step takes, and how much more than the same one without."""
    ms = take_turns(steps(), FINER * turns).ms
    yield Finding(f"LeNet-5's training step, {ALONE}", f"{ms[ALONE]:.3f} ms")
    for name, without, judged in (
        (CARRIED, ALONE, True),
        (GIVEN, ALONE, False),
        (READ, GIVEN, True),
        (PLAIN, GIVEN, False),
    ):
        more = ms[name] / ms[without] - 1
        figure = f"{more:+.1%} ({ms[name]:.3f} ms)"
        verdict = (f"≤ {aims.METADATA:+.0%}", more <= aims.METADATA) if judged else ()
        yield Finding(f"{name}, against {without}", figure, *verdict)


def films(layer: type[FiLM | ScaleBias], shape: tuple[int, ...]) -> dict[str, dict[str, Work]]:
    """Return what is compared on maps (N, C, H, W), by case and name, after a look at the results."""
    torch = import_module("torch")
    rng = np.random.default_rng(2)
    x, dy = (rng.standard_normal(shape, np.float32) for _ in range(2))
    vector = rng.standard_normal((shape[0], VECTOR), np.float32)
    ours = layer(shape[1], Given(vector), rng=0)
    theirs = torch.nn.Linear(VECTOR, 2 * shape[1])
    theirs.load_state_dict({name: torch.tensor(a) for name, a in ours.project.linear.state_dict().items()})
    tx, tdy, tvector = torch.tensor(x, requires_grad=True), torch.tensor(dy), torch.tensor(vector)
    wanted = [tx, *theirs.parameters()]

    def torch_forward() -> Any:
        gamma, beta = theirs(tvector).chunk(2, dim=1)  # (N, C) each
        return (ours.rest + gamma)[:, :, None, None] * tx + beta[:, :, None, None]

    def both_ways() -> list[np.ndarray]:
        _, _, cache = ours.forward(x)
        dx, gradients = ours.backward(dy, cache)
        return [dx, *gradients.values()]

    def torch_both_ways() -> Any:
        return torch.autograd.grad(torch_forward(), wanted, tdy)

    for found, expected in zip(both_ways(), torch_both_ways(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3 * float(expected.abs().max()))
    return {
        "forward": {TINYCONV: lambda: ours(x), TORCH: torch.no_grad()(torch_forward)},
        "both ways": {TINYCONV: both_ways, TORCH: torch_both_ways},
    }


def cost_of_films(turns: int) -> Iterable[Finding]:
    """Yield how many times as long as PyTorch FiLM and scale-and-bias take in each case."""
    for layer in (FiLM, ScaleBias):
        for shape in SHAPES:
            for case, works in films(layer, shape).items():
                ms = take_turns(works, turns).ms
                times = ms[TINYCONV] / ms[TORCH]
                yield Finding(
                    f"{layer.__name__} on {'×'.join(map(str, shape))}, {case}: time by {TORCH}'s",
                    f"{times:.2f}× ({ms[TINYCONV]:.3f} ms)",
                    f"≤ {aims.FILM}×",
                    times <= aims.FILM,
                )


def main() -> None:
    """Read the command line."""
    parser = command_line(__doc__)
    parser.set_defaults(threads=1)
    parser.add_argument(
        "--turns", type=int, default=25, help="a figure is the median of so many (default 25)"
    )
    arguments = parser.parse_args()
    who, left_out = who_can_run(only=(TINYCONV, TORCH))
    report = begin(arguments.threads, left_out)
    films_too = cost_of_films(arguments.turns) if TORCH in who else ()
    costs = chain(cost_of_steps(arguments.turns), films_too)
    report.findings += tqdm(costs, unit=" figures", leave=False, disable=None)
    deliver(report, arguments)


if __name__ == "__main__":
    main()
