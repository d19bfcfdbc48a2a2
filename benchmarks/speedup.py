"""How much faster two threads are than one, on every layer and case that takes one thread long.

    python benchmarks/speedup.py [--layers 0,3] [--json FILE] [--markdown]

The machine's own figure stands beside it: two cores of one socket share their clock and their memory.
"""

import os
import sys

import aims
from compare import numbered_layers
from findings import Finding
from layers import LAYERS, Layer
from limits import peak_gflops
from measure import Work, geometric_mean, take_turns
from peers import tinyconv_works
from report import begin, command_line, deliver

import tinyconv

TURNS = 9


def on_threads(threads: int, work: Work) -> Work:
    """Return `work` on some threads."""

    def run() -> None:
        tinyconv.set_num_threads(threads)
        work()

    return run


def speedups(layer: Layer) -> dict[str, float]:
    """Return one thread's time by two threads', for each case; print them."""
    found = {}
    for case, work in tinyconv_works(layer, threads=2).items():
        ms = take_turns({str(threads): on_threads(threads, work) for threads in (1, 2)}, TURNS)
        short = "" if ms["1"] > aims.LONG else f"  below {aims.LONG:.0f} ms: does not count"
        print(f"{layer!s:>23}  {case:24}{ms['1']:9.2f} ms{ms['2']:9.2f} ms{ms['1'] / ms['2']:7.2f}×{short}")
        if not short:
            found[f"{layer}, {case}"] = ms["1"] / ms["2"]
    return found


def finding(found: dict[str, float], machine: float) -> Finding:
    """Return the speed-ups in one line."""
    least = min(found, key=lambda name: found[name])
    return Finding(
        f"from one thread to two ({len(found)} cases above {aims.LONG:.0f} ms)",
        f"{geometric_mean(found.values()):.2f}×, least {found[least]:.2f}× ({least}); "
        f"bare multiply-adds {machine:.2f}×",
        f"≥ {aims.TWO_THREADS:.1f}× on each",
        found[least] >= aims.TWO_THREADS,
    )


def main() -> None:
    """Print a line for each layer and case."""
    parser = command_line(__doc__)
    parser.add_argument("--layers", type=numbered_layers, default=LAYERS, help="like 0,3 (default all)")
    arguments = parser.parse_args()
    if (os.cpu_count() or 1) < 2:
        sys.exit("speedup: this machine has one core")
    report = begin(2, {})
    print(f"{'':49}{'one thread':>12}{'two':>12}")
    found: dict[str, float] = {}
    for layer in arguments.layers:
        found |= speedups(layer)
    machine = peak_gflops(2) / peak_gflops(1)
    report.details["speedup"] = {"bare multiply-adds": machine, **found}
    if found:
        report.findings.append(finding(found, machine))
    deliver(report, arguments)


if __name__ == "__main__":
    main()
