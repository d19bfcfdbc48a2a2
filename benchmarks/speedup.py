"""How much faster two threads are than one, on every layer and case that takes one thread long.

    python benchmarks/speedup.py [--layers 0,3] [--json FILE] [--markdown]

The machine's own figure stands beside each, from the same turns: the loop that tells whether the cores are
quiet (see quiet.py). So does the share of timings for which they were.
"""

import os
import sys

import aims
from compare import add_layers
from layers import Layer
from measure import Work, take_turns
from peers import tinyconv_works
from quiet import Cores
from report import begin, command_line, deliver

import tinyconv

TURNS = 9


def on_threads(threads: int, work: Work) -> Work:
    """Return `work` on some threads."""

    def run() -> None:
        tinyconv.set_num_threads(threads)
        work()

    return run


def speedups(layer: Layer) -> dict[str, tuple[float, float]]:
    """Return one thread's time by two threads', and the machine's, for each case; print them."""
    found = {}
    for case, work in tinyconv_works(layer, threads=2).items():
        works = {str(threads): on_threads(threads, work) for threads in (1, 2)}
        bare = {f"bare {threads}": Cores(threads).load for threads in (1, 2)}
        ms, quiet = take_turns({**works, **bare}, TURNS)
        gain, machine = ms["1"] / ms["2"], 2 * ms["bare 1"] / ms["bare 2"]
        line = f"{layer!s:>23}  {case:24}{ms['1']:9.2f} ms{ms['2']:9.2f} ms{gain:7.2f}×{machine:9.2f}×"
        is_short = ms["1"] <= aims.LONG
        print(f"{line}{quiet:8.0%}" + f"  below {aims.LONG:.0f} ms: does not count" * is_short, flush=True)
        if not is_short:
            found[f"{layer}, {case}"] = gain, machine
    return found


def main() -> None:
    """Print a line for each layer and case."""
    parser = command_line(__doc__)
    add_layers(parser)
    arguments = parser.parse_args()
    if (os.cpu_count() or 1) < 2:
        sys.exit("speedup: this machine has one core")
    report = begin(2, {})
    print(f"{'':49}{'one thread':>12}{'two':>12}{'':8}{'machine':>10}{'quiet':>8}")
    found = report.details["speedup"] = {}
    for layer in arguments.layers:
        found |= speedups(layer)
    deliver(report, arguments)


if __name__ == "__main__":
    main()
