"""tinyconv against its peers, side by side: conv2d, and the block conv → ReLU → max-pool 2×2.

    python benchmarks/compare.py [--quick] [--json FILE] [--layers 0,3] [--threads 2] [--seconds 3]

Everybody runs in one process, in turns, on the same number of threads, in float32; a figure is the median of
warm runs, and a ratio compares two figures of the same run. Threads of one that still spin would slow the
next one down, so there is a pause between turns. `peak` is what this machine's multipliers give to tinyconv's
own register tile on data in the first-level cache, measured in the same run.
"""

import argparse
import importlib
import json
import math
import platform
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numba
import numpy as np

import tinyconv
from tinyconv import functional
from tinyconv.functional.block import block_backward, block_forward
from tinyconv.geometry import Window
from tinyconv.kernels.host import HOST
from tinyconv.kernels.tile import ROWS, make_tile

Work = Callable[[], object]
POOL = Window.of("max_pool2d", 2, 2)
PAUSE = 0.05  # seconds: the threads of OpenMP and of OpenBLAS spin for a while behind their work
CASES = ("conv2d forward", "block forward", "block forward + backward")


class Layer(NamedTuple):
    """One convolution: N images of C channels and H×H pixels, to F filters of K×K taps."""

    N: int
    C: int
    F: int
    H: int
    K: int
    stride: int
    padding: int

    @property
    def size(self) -> int:
        """Rows of the convolution's output."""
        return (self.H + 2 * self.padding - self.K) // self.stride + 1

    @property
    def multiply_adds(self) -> int:
        """Of one forward convolution."""
        return self.N * self.F * self.size**2 * self.C * self.K**2

    def __str__(self) -> str:
        return f"{self.N}×{self.C}→{self.F}, {self.H}², {self.K}×{self.K}/{self.stride}"


LAYERS = [
    Layer(8, 3, 32, 224, 3, 1, 1),
    Layer(8, 32, 64, 112, 3, 1, 1),
    Layer(4, 128, 256, 56, 3, 1, 1),
    Layer(4, 256, 512, 28, 3, 1, 1),
    Layer(8, 256, 64, 56, 1, 1, 0),
    Layer(8, 3, 64, 227, 11, 4, 2),
    Layer(8, 3, 64, 224, 7, 2, 3),
    Layer(64, 1, 32, 28, 3, 1, 1),
    Layer(64, 32, 64, 14, 3, 1, 1),
    Layer(64, 64, 64, 32, 3, 1, 1),
    Layer(8, 256, 512, 14, 3, 1, 1),
]


def arrays(layer: Layer) -> list[np.ndarray]:
    """Return random x, weight and bias."""
    rng = np.random.default_rng(0)
    shapes = (layer.N, layer.C, layer.H, layer.H), (layer.F, layer.C, layer.K, layer.K), (layer.F,)
    return [rng.standard_normal(shape).astype(np.float32) for shape in shapes]


def tinyconv_works(layer: Layer, data: list[np.ndarray]) -> dict[str, Work]:
    """Return what tinyconv's compiled engine does for each case."""
    options = layer.stride, layer.padding, 1, 1
    dy = np.ones(block_forward(*data, *options, POOL)[0].shape, np.float32)
    return {
        CASES[0]: lambda: functional.conv2d_forward(*data, *options),
        CASES[1]: lambda: block_forward(*data, *options, POOL),
        CASES[2]: lambda: block_backward(dy, block_forward(*data, *options, POOL)[1]),
    }


def numpy_works(layer: Layer, data: list[np.ndarray]) -> dict[str, Work]:
    """Return the NumPy im2col rung's forward + backward: the baseline that a good course hands out."""

    def run() -> None:
        with tinyconv.set_engine("numpy"):
            y, conv = functional.conv2d_forward(*data, layer.stride, layer.padding)
            y, relu = functional.relu_forward(y)
            y, pool = functional.max_pool2d_forward(y, 2)
            back = functional.relu_backward(functional.max_pool2d_backward(np.ones_like(y), pool), relu)
            functional.conv2d_backward(back, conv)

    return {CASES[2]: run}


def torch_works(layer: Layer, data: list[np.ndarray]) -> dict[str, Work]:
    """Return what PyTorch's eager mode does for each case."""
    torch = importlib.import_module("torch")
    x, weight, bias = (torch.from_numpy(array).requires_grad_() for array in data)

    def conv() -> Any:
        return torch.conv2d(x, weight, bias, layer.stride, layer.padding)

    def block() -> Any:
        return torch.max_pool2d(torch.relu(conv()), 2)

    def without_gradient(work: Work) -> Work:
        def run() -> None:
            with torch.no_grad():
                work()

        return run

    dy = torch.ones_like(block())
    return {
        CASES[0]: without_gradient(conv),
        CASES[1]: without_gradient(block),
        CASES[2]: lambda: torch.autograd.grad(block(), [x, weight, bias], dy),
    }


def onnx_works(layer: Layer, data: list[np.ndarray], threads: int) -> dict[str, Work]:
    """Return ONNX Runtime's forward block."""
    onnx, runtime = importlib.import_module("onnx"), importlib.import_module("onnxruntime")
    make, p = onnx.helper, layer.padding
    nodes = [
        make.make_node("Conv", ["x", "w", "b"], ["c"], strides=[layer.stride] * 2, pads=[p] * 4),
        make.make_node("Relu", ["c"], ["r"]),
        make.make_node("MaxPool", ["r"], ["y"], kernel_shape=[2, 2], strides=[2, 2]),
    ]
    pooled = [layer.N, layer.F, layer.size // 2, layer.size // 2]
    value = make.make_tensor_value_info
    graph = make.make_graph(
        nodes,
        "block",
        [value("x", onnx.TensorProto.FLOAT, data[0].shape)],
        [value("y", onnx.TensorProto.FLOAT, pooled)],
        [onnx.numpy_helper.from_array(array, name) for array, name in zip(data[1:], "wb", strict=True)],
    )
    model = make.make_model(graph, opset_imports=[make.make_opsetid("", 17)], ir_version=9)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = runtime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return {CASES[1]: lambda: session.run(None, {"x": data[0]})}


def peers(threads: int) -> tuple[dict[str, Callable[..., dict[str, Work]]], list[str]]:
    """Return who can run here, and who is not installed."""
    found: dict[str, Callable[..., dict[str, Work]]] = {"tinyconv": tinyconv_works, "numpy": numpy_works}
    missing = []
    try:
        importlib.import_module("torch").set_num_threads(threads)
        found["torch"] = torch_works
    except ModuleNotFoundError:
        missing.append("torch")
    try:
        importlib.import_module("onnx"), importlib.import_module("onnxruntime")
        found["onnxruntime"] = lambda layer, data: onnx_works(layer, data, threads)
    except ModuleNotFoundError:
        missing.append("onnxruntime")
    return found, missing


def medians(works: dict[str, Work], seconds: float) -> dict[str, float]:
    """Run everybody in turns for some seconds, at least five times; return milliseconds."""
    for work in works.values():
        work()
    times: dict[str, list[float]] = {name: [] for name in works}
    end, turns = time.perf_counter() + seconds, 0
    while turns < 5 or time.perf_counter() < end:
        turns += 1
        for name, work in works.items():
            time.sleep(PAUSE)
            start = time.perf_counter()
            work()
            times[name].append(1e3 * (time.perf_counter() - start))
    return {name: statistics.median(taken) for name, taken in times.items()}


def peak(threads: int) -> float:
    """Return GFLOP/s of the register tile on data in the first-level cache, on all threads."""
    tile, lanes, K = make_tile(3), HOST.lanes(4), 64

    @numba.njit(parallel=True)
    def run(panel, image, shifts, out, times):  # type: ignore[no-untyped-def]
        for worker in numba.prange(out.shape[0]):
            for _ in range(times):
                tile(panel, 0, image, 0, shifts, out[worker], 0, 3 * lanes)

    panel, image = np.ones(K * ROWS, np.float32), np.ones(8 * lanes, np.float32)
    out, shifts = np.zeros((threads, ROWS * 3 * lanes), np.float32), np.arange(K) % lanes
    numba.set_num_threads(threads)
    run(panel, image, shifts, out, 1)
    best, times = math.inf, 20_000
    for _ in range(7):
        start = time.perf_counter()
        run(panel, image, shifts, out, times)
        best = min(best, time.perf_counter() - start)
    return 2 * K * ROWS * 3 * lanes * times * threads / best / 1e9


def header(threads: int, missing: list[str], limit: float) -> str:
    """Return what the figures mean nothing without."""
    names = ["numpy", "numba", "torch", "onnxruntime"]
    versions = [
        f"{name} {importlib.import_module(name).__version__}" for name in names if name not in missing
    ]
    left_out = f"; not installed, left out: {', '.join(missing)}" if missing else ""
    return (
        f"{platform.machine()}, {threads} threads, float32, warm medians in ms; peak {limit:.0f} GFLOP/s; "
        f"tinyconv {tinyconv.__version__}, {', '.join(versions)}{left_out}"
    )


def compare(chosen: list[Layer], threads: int, seconds: float) -> dict[str, Any]:
    """Measure every layer, print a line for each case, and return all figures."""
    who, missing = peers(threads)
    limit = peak(threads)
    print(header(threads, missing, limit))
    others = [name for name in who if name != "tinyconv"]
    print(f"{'':54}{'tinyconv':>10}{'of peak':>9}" + "".join(f"{name:>13}{'ratio':>7}" for name in others))
    rows = []
    for layer in chosen:
        data = arrays(layer)
        works = {name: make(layer, data) for name, make in who.items()}
        for case in CASES:
            figures = medians({name: work[case] for name, work in works.items() if case in work}, seconds)
            rows.append({"layer": str(layer), "case": case, **figures})
            passes = 3 if case == CASES[2] else 1
            share = 2 * passes * layer.multiply_adds / figures["tinyconv"] / 1e6 / limit
            line = f"{layer!s:>28}  {case:24}{figures['tinyconv']:10.2f}{share:9.0%}"
            for name in others:
                ratio = figures[name] / figures["tinyconv"] if name in figures else math.nan
                line += f"{figures[name]:13.2f}{ratio:6.2f}×" if name in figures else f"{'–':>13}{'':7}"
            print(line, flush=True)
    summarize(rows, others)
    return {"threads": threads, "peak_gflops": limit, "missing": missing, "rows": rows}


def summarize(rows: list[dict[str, Any]], others: list[str]) -> None:
    """Print the geometric mean and the worst of each peer's ratios."""
    print("\nratio to tinyconv's time, above 1 where tinyconv is faster")
    for case in CASES:
        for name in others:
            ratios = [row[name] / row["tinyconv"] for row in rows if row["case"] == case and name in row]
            if ratios:
                mean = math.exp(statistics.fmean(map(math.log, ratios)))
                print(f"{case:26}{name:>12}  geometric mean {mean:5.2f}×, worst {min(ratios):5.2f}×")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="five runs of every case: about a minute")
    parser.add_argument("--seconds", type=float, default=3.0, help="for each case (default 3)")
    parser.add_argument("--threads", type=int, default=tinyconv.get_num_threads())
    parser.add_argument("--layers", help="numbers of the layers, like 0,3 (default all)")
    parser.add_argument("--json", help="file for all figures")
    arguments = parser.parse_args()
    tinyconv.set_num_threads(arguments.threads)
    numbers = map(int, arguments.layers.split(",")) if arguments.layers else range(len(LAYERS))
    seconds = 0.0 if arguments.quick else arguments.seconds
    figures = compare([LAYERS[number] for number in numbers], arguments.threads, seconds)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(figures, file, indent=1)


if __name__ == "__main__":
    sys.exit(main())
