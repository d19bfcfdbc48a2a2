"""The ladder of one block: plain loops → NumPy im2col → Numba loops → register tile → all in one step.

    python benchmarks/ladder.py [--threads 2] [--json FILE] [--markdown] [--plot FILE]

conv 3×3 → ReLU → max-pool 2×2, forward, float32. GFLOP/s count the multiply-adds of the convolution, two
operations each; beside them stands what the machine can do with as many operations for each byte of memory
traffic: the lower of its multipliers' peak and its memory's bandwidth. The traffic is counted on paper: every
array that a rung makes is written once, and read once by whoever comes next. Plain loops run on a small part
of the layer; their speed does not depend on the size.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
from findings import Finding
from layers import BLOCK, Layer
from limits import bandwidth, peak_gflops
from measure import Work, take_turns
from peers import POOL, differences
from report import begin, command_line, deliver

import tinyconv
from tinyconv import functional
from tinyconv.functional.block import block_forward

LAYER = Layer(8, 3, 32, 224)  # the seed of this project: few channels, large maps
PART = Layer(1, 3, 8, 16)  # of it, for plain loops: a second for all of it would take hours
TURNS = 9
SAME = 1e-3  # of a norm


@numba.njit(parallel=True)
def numba_conv2d(padded: Any, weight: Any, bias: Any, y: Any) -> None:
    """Run seven loops as anybody would write them, compiled: one output after the other."""
    N, F, OH, OW = y.shape
    _, C, KH, KW = weight.shape
    for image in numba.prange(N * F):
        n, f = image // F, image % F
        for oh in range(OH):
            for ow in range(OW):
                total = bias[f]
                for c in range(C):
                    for kh in range(KH):
                        for kw in range(KW):
                            total += weight[f, c, kh, kw] * padded[n, c, oh + kh, ow + kw]
                y[n, f, oh, ow] = total


def relu_and_pool(y: np.ndarray) -> np.ndarray:
    """Return the block's second half, on the current engine."""
    return functional.max_pool2d_forward(functional.relu_forward(y)[0], 2)[0]


def numba_loops(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    y = np.empty((len(x), len(weight), *x.shape[2:]), x.dtype)
    numba_conv2d(padded, weight, bias, y)
    return relu_and_pool(y)


def three_steps(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    return relu_and_pool(functional.conv2d_forward(x, weight, bias, padding=1)[0])


def one_step(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    return block_forward(x, weight, bias, 1, 1, 1, 1, POOL)[0]


def on_engine(engine: str) -> Callable[..., np.ndarray]:
    """Return the three steps on one of tinyconv's own rungs."""

    def run(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
        with tinyconv.set_engine(engine):
            return three_steps(x, weight, bias)

    return run


def traffic(layer: Layer, columns: bool = False, steps: int = 3) -> int:
    """Return the bytes that a rung moves to and from memory when nothing stays in the caches."""
    x, weight, _, pooled = (array.nbytes for array in layer.arrays())
    y = 4 * layer.N * layer.F * layer.size**2
    if steps == 1:
        return x + weight + pooled + pooled // 4  # and a byte for each window's winner
    column_matrix = 4 * layer.N * layer.C * layer.K**2 * layer.size**2
    indices = 2 * pooled  # int64
    return x + weight + 4 * y + pooled + indices + 2 * column_matrix * columns


class Rung(NamedTuple):
    """One way to compute the block."""

    name: str
    run: Callable[..., np.ndarray]
    layer: Layer
    bytes: int


RUNGS = [
    Rung("plain loops", on_engine("loops"), PART, traffic(PART)),
    Rung("NumPy im2col", on_engine("numpy"), LAYER, traffic(LAYER, columns=True)),
    Rung("Numba loops", numba_loops, LAYER, traffic(LAYER)),
    Rung("tile, three steps", three_steps, LAYER, traffic(LAYER)),
    Rung("tile, one step", one_step, LAYER, traffic(LAYER, steps=1)),
]


def work(rung: Rung) -> Work:
    """Return the rung on its layer; refuse one that does not compute the block."""
    data = rung.layer.arrays()[:3]
    [difference] = differences([three_steps(*data)], [rung.run(*data)])
    if not difference < SAME:
        raise SystemExit(f"ladder: {rung.name} differ by {difference:.1e} of the result's norm")
    return lambda: rung.run(*data)


def measure(threads: int) -> dict[str, Any]:
    """Return the machine's limits, and each rung's figures."""
    ms = take_turns({rung.name: work(rung) for rung in RUNGS}, TURNS).ms
    peak, memory = peak_gflops(threads), bandwidth(threads)
    rungs = []
    for rung in RUNGS:
        gflop = rung.layer.gflop(BLOCK)
        intensity = 1e9 * gflop / rung.bytes  # operations for each byte
        rungs.append(
            {
                "name": rung.name,
                "layer": str(rung.layer),
                "ms": ms[rung.name],
                "gflops": 1e3 * gflop / ms[rung.name],
                "intensity": intensity,
                "roof": min(peak, intensity * memory),
            }
        )
    return {"layer": str(LAYER), "peak": peak, "bandwidth": memory, "rungs": rungs}


def main() -> None:
    """Print a line for each rung."""
    parser = command_line(__doc__)
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the roofline")
    arguments = parser.parse_args()
    report = begin(arguments.threads, {})
    found = measure(arguments.threads)
    print(f"{found['layer']}, peak {found['peak']:.0f} GFLOP/s, memory {found['bandwidth']:.1f} GB/s")
    print(f"{'':20}{'ms':>10}{'GFLOP/s':>12}{'of peak':>9}{'FLOP/byte':>11}{'roof':>7}")
    for rung in found["rungs"]:
        share = f"{rung['gflops'] / found['peak']:9.2%}{rung['intensity']:11.1f}{rung['roof']:7.0f}"
        part = f"  on {rung['layer']}" if rung["layer"] != found["layer"] else ""
        print(f"{rung['name']:20}{rung['ms']:10.2f}{rung['gflops']:12.4g}{share}{part}")
    report.details["ladder"] = found
    first, last = found["rungs"][0], found["rungs"][-1]
    report.findings.append(
        Finding(
            f"{found['layer']}, block forward, from plain loops to one fused step",
            f"{last['gflops'] / first['gflops']:,.0f}× as fast, "
            f"{last['gflops'] / last['roof']:.0%} of what the machine allows",
        )
    )
    deliver(report, arguments)
    if arguments.plot:
        from pictures import draw_roofline

        draw_roofline(found, report.header, arguments.plot)


if __name__ == "__main__":
    main()
