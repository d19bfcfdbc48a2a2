"""tinyconv against its peers, side by side: conv2d, and the block conv → ReLU → max-pool 2×2.

    python benchmarks/compare.py [--quick] [--layers 0,3] [--threads 2] [--json FILE] [--plot FILE]

Everybody runs in one process, in turns, on the same number of threads, in float32 and warm (see measure.py),
and has to return the same numbers first. `of peak` is the share of what this machine's multipliers can do,
measured beside each layer (see limits.py). --all adds what the other scripts find: minutes.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import tinyconv
from layers import CASES, LAYERS, Layer
from limits import peak_gflops
from measure import Work, header, limit_threads, take_turns
from peers import COMPILED, NUMPY, PEERS, TINYCONV, differences, who_can_run
from report import Report, add_outputs, deliver, print_header, write_readme

TURNS, QUICK_TURNS = 9, 3
QUICK_NUMPY = 100e6  # multiply-adds: --quick leaves out the NumPy rung above, which takes seconds there
SAME = 1e-2  # of a norm: one rounding may let another pixel win a pool's window, and move a gradient


def check_same(works: dict[str, Work]) -> None:
    """Refuse to compare who does not compute the same."""
    ours = works[TINYCONV]()
    for name, work in works.items():
        largest = max(differences(ours, work()))
        if not largest < SAME:
            raise SystemExit(f"compare: {name} and tinyconv differ by {largest:.1e} of a result's norm")


def measure(layer: Layer, who: dict[str, Any], threads: int, turns: int) -> list[dict[str, Any]]:
    """Return a row of figures for each case."""
    peak = peak_gflops(threads)
    made = {name: make(layer, threads) for name, make in who.items()}
    rows = []
    for case in CASES:
        works = {name: work[case] for name, work in made.items() if case in work}
        check_same(works)
        ms = take_turns(works, turns)
        gflops = 1e3 * layer.gflop(case) / ms[TINYCONV]
        rows.append({"layer": str(layer), "case": case, "ms": ms, "gflops": gflops, "peak": peak})
    return rows


def titles(who: dict[str, Any]) -> str:
    """Return the line above the rows."""
    others = "".join(f"{name:>22}" for name in who if name != TINYCONV)
    return f"{'':46}{'tinyconv':>13}{'GFLOP/s':>9}{'of peak':>9}{others}"


def line(row: dict[str, Any], who: dict[str, Any]) -> str:
    """Return one row: milliseconds, and each peer's ratio to tinyconv."""
    ms = row["ms"]
    share = row["gflops"] / row["peak"]
    text = f"{row['layer']:>22}  {row['case']:22}{ms[TINYCONV]:10.3f} ms{row['gflops']:9.0f}{share:9.0%}"
    for name in who:
        if name in ms and name != TINYCONV:
            text += f"{ms[name]:11.3f} ms{ms[name] / ms[TINYCONV]:7.2f}×"
        elif name != TINYCONV:
            text += f"{'–':>22}"
    return text


def compare(chosen: list[Layer], threads: int, quick: bool) -> Report:
    """Measure every layer, printing row by row."""
    who, left_out = who_can_run(without=(COMPILED,) if quick else ())
    limit_threads(threads)
    facts = header(threads)
    facts["left out"] = "; ".join(f"{name}: {why}" for name, why in left_out.items()) or "nobody"
    if quick:
        facts["left out"] += f"; {NUMPY}: above {QUICK_NUMPY / 1e6:.0f} million multiply-adds"
    print_header(facts)
    print(titles(who))
    report = Report(facts)
    for layer in chosen:
        slow = {NUMPY} if quick and layer.multiply_adds > QUICK_NUMPY else set()
        present = {name: make for name, make in who.items() if name not in slow}
        rows = measure(layer, present, threads, QUICK_TURNS if quick else TURNS)
        report.rows += rows
        print("\n".join(line(row, who) for row in rows), flush=True)
    return report


def numbers(text: str) -> list[int]:
    """Read the numbers of layers, like 0,3."""
    found = [int(number) for number in text.split(",")]
    if not all(0 <= number < len(LAYERS) for number in found):
        raise argparse.ArgumentTypeError(f"{text!r} must be numbers from 0 to {len(LAYERS) - 1}")
    return found


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="three turns, without what is slow: half a minute")
    parser.add_argument("--layers", type=numbers, default=range(len(LAYERS)), help="like 0,3 (default all)")
    parser.add_argument("--threads", type=int, default=tinyconv.get_num_threads())
    parser.add_argument("--all", action="store_true", help="memory, threads, small work, start-up, training too")
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the ratios")
    add_outputs(parser)
    arguments = parser.parse_args()
    report = compare([LAYERS[number] for number in arguments.layers], arguments.threads, arguments.quick)
    if arguments.all:
        import latency, memory, speedup, startup, training  # noqa: E401
    deliver(report, arguments)


if __name__ == "__main__":
    sys.exit(main())
