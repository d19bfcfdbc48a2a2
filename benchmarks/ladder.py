"""The ladder of engines: plain loops → NumPy im2col → Numba, and PyTorch beside them.

    python benchmarks/ladder.py [--seconds 2] [--threads 2]

One conv 3×3 → ReLU → max-pool 2×2 block, forward and forward + backward, float32. All rungs run in one
process, in turns; the figures are medians, and a ratio is printed only between figures of the same run.
"""

import argparse
import platform
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import tinyconv
from tinyconv.functional import (
    conv2d_backward,
    conv2d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
    relu_backward,
    relu_forward,
)

LAYERS = [(1, 3, 8, 12), (2, 8, 16, 28), (8, 3, 32, 112), (16, 32, 64, 28)]  # N, C, F, H = W
LOOPS_AT_MOST = 1_000_000  # multiply-adds: more would take the plain loops minutes

Work = Callable[[], object]


def block(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, backward: bool) -> None:
    """Run the block on tinyconv's current engine."""
    y, conv_cache = conv2d_forward(x, weight, bias, padding=1)
    y, relu_cache = relu_forward(y)
    y, pool_cache = max_pool2d_forward(y, 2)
    if backward:
        conv2d_backward(relu_backward(max_pool2d_backward(y, pool_cache), relu_cache), conv_cache)


def on_engine(name: str, work: Work) -> None:
    """Run `work` on one rung."""
    with tinyconv.set_engine(name):
        work()


def torch_block(torch: Any, arrays: list[np.ndarray], backward: bool) -> Work:
    """Return the same block in PyTorch."""
    x, weight, bias = (torch.from_numpy(array).requires_grad_(backward) for array in arrays)

    def run() -> None:
        with torch.set_grad_enabled(backward):
            y = torch.max_pool2d(torch.relu(torch.conv2d(x, weight, bias, padding=1)), 2)
            if backward:
                torch.autograd.grad(y, [x, weight, bias], y.detach())

    return run


def rungs(N: int, C: int, F: int, H: int, backward: bool) -> dict[str, Work]:
    """Return what to time, by name; PyTorch only where it is installed."""
    rng = np.random.default_rng(0)
    shapes = (N, C, H, H), (F, C, 3, 3), (F,)
    arrays = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
    work = partial(block, *arrays, backward)
    names = ["loops", "numpy", "numba"] if N * C * F * 9 * H * H <= LOOPS_AT_MOST else ["numpy", "numba"]
    found: dict[str, Work] = {name: partial(on_engine, name, work) for name in names}
    torch = try_torch()
    if torch is not None:
        found["torch"] = torch_block(torch, arrays, backward)
    return found


def try_torch() -> Any:
    """Return PyTorch, or None where it is not installed."""
    try:
        import torch
    except ModuleNotFoundError:
        return None
    return torch


def medians(works: dict[str, Work], seconds: float) -> dict[str, float]:
    """Run the rungs in turns for some seconds; return each one's median time in milliseconds."""
    for work in works.values():
        work()  # compile, allocate
    times: dict[str, list[float]] = {name: [] for name in works}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times["numpy"]) < 3:
        for name, work in works.items():
            start = time.perf_counter()
            work()
            times[name].append(1e3 * (time.perf_counter() - start))
    return {name: statistics.median(taken) for name, taken in times.items()}


def header(threads: int) -> str:
    """Return what a figure means nothing without."""
    torch = try_torch()
    peers = f"torch {torch.__version__}" if torch is not None else "torch is not installed: left out"
    return (
        f"{platform.processor() or platform.machine()}, {threads} threads, float32, warm, medians in ms; "
        f"tinyconv {tinyconv.__version__}, numpy {np.__version__}, {peers}"
    )


def main() -> None:
    """Print one line per layer and direction."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="for each line (default 2)")
    parser.add_argument("--threads", type=int, default=tinyconv.get_num_threads())
    arguments = parser.parse_args()
    tinyconv.set_num_threads(arguments.threads)
    torch = try_torch()
    if torch is not None:
        torch.set_num_threads(arguments.threads)
    print(header(arguments.threads))
    columns = ["loops", "numpy", "numba", "torch", "numpy/numba", "torch/numba"]
    print(f"{'N×C→F, H²':34}" + "".join(f"{column:>12}" for column in columns))
    for N, C, F, H in LAYERS:
        for backward in (False, True):
            found = medians(rungs(N, C, F, H, backward), arguments.seconds)
            for peer in ("numpy", "torch"):
                if peer in found:
                    found[f"{peer}/numba"] = found[peer] / found["numba"]
            cells = [f"{found[column]:12.3f}" if column in found else f"{'–':>12}" for column in columns]
            what = f"{N}×{C}→{F}, {H}² " + ("forward + backward" if backward else "forward")
            print(f"{what:34}" + "".join(cells), flush=True)


if __name__ == "__main__":
    main()
