"""Training, tinyconv beside PyTorch eager: seconds to 97 % on real digits, and the steps of LeNet-5.

    python benchmarks/training.py [--seeds 5] [--threads 2] [--json FILE] [--markdown]

A step is forward, cross-entropy, backward and Adam. Both sides begin with the same parameters and see the
same batches in the same order; testing is not timed. The digits' network is the demo's.
"""

import math
import statistics
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import aims
import numpy as np
from findings import Finding
from limits import peak_gflops
from measure import Work, take_turns, wait_until_asleep
from peers import TINYCONV, TORCH, who_can_run
from report import begin, command_line, deliver

from tinyconv import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, data
from tinyconv.commands.demo import BATCH_SIZE, LEARNING_RATE, build, rgb
from tinyconv.functional import cross_entropy_backward, cross_entropy_forward
from tinyconv.training import Adam

GOAL, EPOCHS_AT_MOST = 0.97, 100
TURNS = 25

Step = Callable[[np.ndarray, np.ndarray], None]  # images, labels
Predict = Callable[[np.ndarray], np.ndarray]  # images → logits


def lenet() -> Sequential:
    """Return LeNet-5 (LeCun et al., 1998) as it is built today: for 28×28 pixels, with ReLU and max-pool."""
    rng = np.random.default_rng(0)
    return Sequential(
        conv1=Conv2d(1, 6, 5, padding=2, rng=rng),
        relu1=ReLU(),
        pool1=MaxPool2d(2),
        conv2=Conv2d(6, 16, 5, rng=rng),
        relu2=ReLU(),
        pool2=MaxPool2d(2),
        flatten=Flatten(),
        fc1=Linear(16 * 5 * 5, 120, rng=rng),
        relu3=ReLU(),
        fc2=Linear(120, 84, rng=rng),
        relu4=ReLU(),
        fc3=Linear(84, 10, rng=rng),
    )


def tinyconv_learner(network: Sequential, lr: float) -> tuple[Step, Predict]:
    """Return a training step, and what the network makes of images."""
    optimizer = Adam(lr)

    def step(images: np.ndarray, labels: np.ndarray) -> None:
        logits, _, cache = network.forward(images)
        _, loss_cache = cross_entropy_forward(logits, labels)
        gradients = network.parameter_gradients(cross_entropy_backward(loss_cache), cache)
        optimizer.step(network.parameters(), gradients)

    return step, lambda images: network(images)[0]


def torch_learner(network: Sequential, lr: float) -> tuple[Step, Predict]:
    """Return the same in PyTorch, from the same parameters."""
    torch = import_module("torch")
    twin = torch_twin(network)
    optimizer = torch.optim.Adam(twin.parameters(), lr)

    def step(images: np.ndarray, labels: np.ndarray) -> None:
        optimizer.zero_grad()
        logits = twin(torch.from_numpy(images))
        torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels)).backward()
        optimizer.step()

    def predict(images: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return twin(torch.from_numpy(images)).numpy()

    return step, predict


def torch_twin(network: Sequential) -> Any:
    """Return a `torch.nn.Sequential` of the same layers, with copies of the parameters."""
    torch = import_module("torch")
    makers = {
        Conv2d: lambda layer: torch.nn.Conv2d(
            layer.in_channels, layer.out_channels, layer.kernel_size, layer.stride, layer.padding
        ),
        ReLU: lambda layer: torch.nn.ReLU(),
        MaxPool2d: lambda layer: torch.nn.MaxPool2d(layer.kernel_size),
        Flatten: lambda layer: torch.nn.Flatten(),
        Linear: lambda layer: torch.nn.Linear(layer.in_features, layer.out_features),
    }
    twin = torch.nn.Sequential()
    for name, layer in network.layers.items():
        twin.add_module(name, makers[type(layer)](layer))
    twin.load_state_dict({name: torch.from_numpy(array) for name, array in network.state_dict().items()})
    return twin


LEARNERS = {TINYCONV: tinyconv_learner, TORCH: torch_learner}


def seconds_to_goal(learner: str, seed: int) -> float:
    """Return the seconds of training steps until the network knows 97 % of digits that it has not seen."""
    images, labels, test_images, test_labels = data.digits(seed=seed)
    images, test_images = rgb(images), rgb(test_images)
    step, predict = LEARNERS[learner](build(seed), LEARNING_RATE)
    seconds = 0.0
    for epoch in range(1, EPOCHS_AT_MOST + 1):
        order = np.random.default_rng([seed, epoch]).permutation(len(labels))
        wait_until_asleep()
        start = time.perf_counter()
        for first in range(0, len(order), BATCH_SIZE):
            batch = order[first : first + BATCH_SIZE]
            step(images[batch], labels[batch])
        seconds += time.perf_counter() - start
        if (predict(test_images).argmax(axis=1) == test_labels).mean() >= GOAL:
            return seconds
    raise SystemExit(f"training: {learner} does not reach {GOAL:.0%} from seed {seed}")


def digits(learners: list[str], seeds: int) -> dict[str, list[float]]:
    """Return everybody's seconds for each seed, in turns."""
    found: dict[str, list[float]] = {name: [] for name in learners}
    for seed in range(seeds):
        for name in learners:
            found[name].append(seconds_to_goal(name, seed))
    return found


def lenet_step(learner: str) -> Work:
    """Return a training step of LeNet-5 on 64 random images."""
    rng = np.random.default_rng(0)
    images, labels = rng.standard_normal((64, 1, 28, 28), np.float32), rng.integers(10, size=64)
    step, _ = LEARNERS[learner](lenet(), 1e-3)
    return lambda: step(images, labels)


def lenet_gflop() -> float:
    """Return billions of operations of a step on 64 images: the way back takes twice as many."""
    layers = lenet().summary((1, 28, 28))
    multiply_adds = sum(math.prod(layer.multiply_adds) for layer in layers if layer.multiply_adds)
    return 64 * 3 * 2 * multiply_adds / 1e9


def findings(steps: dict[str, float], share: float, digits: dict[str, list[float]]) -> list[Finding]:
    """Return both figures beside PyTorch's, where it took part."""
    seconds = {name: statistics.median(found) for name, found in digits.items()}
    seeds = len(digits[TINYCONV])
    step, goal = f"{steps[TINYCONV]:.2f} ms, {share:.0%} of the peak", f"{seconds[TINYCONV]:.2f} s"
    what = "LeNet-5, training step on 64×1×28×28", f"digits to {GOAL:.0%}, median of {seeds} seeds"
    if TORCH not in steps:
        return [Finding(what[0], step), Finding(what[1], goal)]
    ratio = steps[TORCH] / steps[TINYCONV]
    return [
        Finding(
            f"{what[0]}, against {TORCH}",
            f"{ratio:.2f}× ({step})",
            f"≥ {aims.LENET_STEP:.1f}×",
            ratio >= aims.LENET_STEP,
        ),
        Finding(f"{what[1]}, against {TORCH}", f"{seconds[TORCH] / seconds[TINYCONV]:.2f}× ({goal})"),
    ]


def main() -> None:
    """Measure both."""
    parser = command_line(__doc__)
    parser.add_argument(
        "--seeds", type=int, default=5, help="that the digits' networks start from (default 5)"
    )
    arguments = parser.parse_args()
    who, left_out = who_can_run(only=(TINYCONV, TORCH))
    report = begin(arguments.threads, left_out)
    steps = take_turns({name: lenet_step(name) for name in who}, TURNS).ms
    peak = peak_gflops(arguments.threads)
    share = 1e3 * lenet_gflop() / steps[TINYCONV] / peak
    for name, ms in steps.items():
        print(f"{name:12} LeNet-5 step  {ms:7.2f} ms")
    found = digits(list(who), arguments.seeds)
    for name, seconds in found.items():
        print(f"{name:12} digits to {GOAL:.0%}  {'  '.join(f'{s:.2f} s' for s in seconds)}")
    report.details["training"] = {"LeNet-5 step, ms": steps, "peak": peak, "digits, s": found}
    report.findings += findings(steps, share, found)
    deliver(report, arguments)


if __name__ == "__main__":
    main()
