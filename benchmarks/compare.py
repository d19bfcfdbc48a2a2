"""tinyconv against its peers, side by side: conv2d, and the block conv → ReLU → max-pool 2×2.

    python benchmarks/compare.py [--quick] [--layers 0,3] [--threads 2]
                                 [--json FILE] [--markdown] [--plot FILE]

Everybody runs in one process, in turns, on the same number of threads, in float32 and warm (see measure.py),
and has to return the same numbers first. A ratio is the peer's time divided by tinyconv's: above 1, tinyconv
is faster. `of peak` is the share of what this machine's multipliers can do (see limits.py), which is measured
again beside each layer; the highest counts. It counts every product of the sums, also those with the zeros
behind a max-pool that tinyconv's way back leaves out: that share may pass 100 %. `quiet` is the share of
timings, everybody's, for which the cores were ours alone (see quiet.py): --quick doesn't look.
"""

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from layers import CASES, LAYERS, Layer
from limits import peak_gflops
from measure import Work, take_turns
from peers import COMPILED, NUMPY, TINYCONV, differences, who_can_run
from report import Report, begin, command_line, deliver

TURNS, QUICK_TURNS = 9, 3
QUICK_NUMPY = 100e6  # multiply-adds: above, the NumPy rung takes seconds
SAME = 1e-2  # of a norm: one rounding may let another pixel win a pool's window, and move a gradient


def check_same(works: dict[str, Work]) -> None:
    """Refuse to compare who does not compute the same."""
    ours = works[TINYCONV]()
    for name, work in works.items():
        largest = max(differences(ours, work()))
        if not largest < SAME:
            raise SystemExit(f"compare: {name} and tinyconv differ by {largest:.1e} of a result's norm")


def measure(
    layer: Layer, who: Mapping[str, Any], threads: int, quick: bool, peak: float
) -> list[dict[str, Any]]:
    """Return a row of figures for each case; who is in a hurry does not wait for quiet cores."""
    peak = max(peak, peak_gflops(threads))
    made = {name: make(layer, threads) for name, make in who.items()}
    rows = []
    for case in CASES:
        works = {name: work[case] for name, work in made.items() if case in work}
        check_same(works)
        ms, quiet = take_turns(works, QUICK_TURNS, 0) if quick else take_turns(works, TURNS)
        gflops = 1e3 * layer.gflop(case) / ms[TINYCONV]
        row = {"layer": str(layer), "case": case, "ms": ms, "gflops": gflops, "peak": peak, "quiet": quiet}
        rows.append(row)
    return rows


def titles(who: Mapping[str, Any]) -> str:
    """Return the line above the rows."""
    others = "".join(f"{name:>22}" for name in who if name != TINYCONV)
    return f"{'':49}{'tinyconv':>13}{'GFLOP/s':>9}{'of peak':>12}{'quiet':>7}{others}"


def line(row: dict[str, Any], who: Mapping[str, Any]) -> str:
    """Return one row: milliseconds, and each peer's ratio to tinyconv."""
    ms, share = row["ms"], row["gflops"] / row["peak"]
    text = f"{row['layer']:>23}  {row['case']:24}{ms[TINYCONV]:10.3f} ms{row['gflops']:9.0f}"
    text += f"{share:5.0%} of {row['peak']:3.0f}"
    text += f"{'–':>7}" if row["quiet"] is None else f"{row['quiet']:7.0%}"
    for name in who:
        if name in ms and name != TINYCONV:
            text += f"{ms[name]:11.3f} ms{ms[name] / ms[TINYCONV]:7.2f}×"
        elif name != TINYCONV:
            text += f"{'–':>22}"
    return text


def compare(chosen: list[Layer], threads: int, quick: bool) -> Report:
    """Measure every layer, printing row by row."""
    who, left_out = who_can_run(without=(COMPILED,) if quick else ())
    if quick:
        left_out[f"{NUMPY} above {QUICK_NUMPY / 1e6:.0f} million multiply-adds"] = "not with --quick"
    report = begin(threads, left_out)
    print(titles(who))
    peak = peak_gflops(threads)
    for layer in chosen:
        slow = {NUMPY} if quick and layer.multiply_adds > QUICK_NUMPY else set()
        present = {name: make for name, make in who.items() if name not in slow}
        rows = measure(layer, present, threads, quick, peak)
        peak = rows[0]["peak"]
        report.rows += rows
        print("\n".join(line(row, who) for row in rows), flush=True)
    return report


def add_layers(parser: argparse.ArgumentParser, layers: list[Layer] = LAYERS) -> None:
    """Declare which layers are measured."""
    chosen = partial(numbered_layers, layers=layers)
    parser.add_argument("--layers", type=chosen, default=layers, help="like 0,3 (default all)")


def numbered_layers(text: str, layers: list[Layer] = LAYERS) -> list[Layer]:
    """Return the layers that somebody chose by their numbers, like 0,3."""
    numbers = text.split(",")
    if not all(number.isdecimal() and int(number) < len(layers) for number in numbers):
        raise argparse.ArgumentTypeError(f"{text!r} must be numbers from 0 to {len(layers) - 1}, like 0,3")
    return [layers[int(number)] for number in numbers]


def main() -> None:
    """Read the command line."""
    parser = command_line(__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="three turns, without what is slow: half a minute"
    )
    add_layers(parser)
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the ratios")
    arguments = parser.parse_args()
    report = compare(arguments.layers, arguments.threads, arguments.quick)
    deliver(report, arguments)
    if arguments.plot:
        from pictures import draw_ratios

        draw_ratios(report, arguments.plot)


if __name__ == "__main__":
    main()
