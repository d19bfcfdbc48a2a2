"""What becomes of time and memory while N, C, F or H·W grows 16-fold, and of time while threads join.

    python benchmarks/growth.py [--threads 2] [--json FILE] [--markdown] [--plot FILE]

The block's forward + backward, starting from a layer that fills the cores, one size growing at a time. Times
are taken in turns and warm; memory is the peak growth in a fresh process (see memory.py). An exponent is that
of the best fit a · sizeᵇ: 1 where twice the size costs twice as much.
"""

import math
import os
from pathlib import Path

import aims
from findings import Finding
from layers import BOTH_WAYS, Layer
from limits import peak_gflops
from measure import exponent, take_turns
from memory import FORGET, growth_elsewhere
from peers import TINYCONV, tinyconv_works
from report import begin, command_line, deliver
from speedup import on_threads

START = Layer(4, 64, 64, 56)
TIMES = (1, 2, 4, 8, 16)
SIZES = ("N", "C", "F", "H·W")
TURNS = 7


def grown(size: str, times: int) -> Layer:
    """Return the first layer with one size so many times as large, H·W to the nearest square.

    >>> grown("C", 16).C, grown("H·W", 4).H
    (1024, 112)
    """
    if size == "H·W":
        return START._replace(H=round(START.H * math.sqrt(times)))
    return START._replace(**{size: getattr(START, size) * times})


def measure(size: str, threads: int) -> list[dict[str, float]]:
    """Return five layers' figures: operations, time, time per multiply-add by the first's, memory."""
    works = {str(times): tinyconv_works(grown(size, times), threads)[BOTH_WAYS] for times in TIMES}
    ms = take_turns(works, TURNS).ms
    points = []
    for times in TIMES:
        layer = grown(size, times)
        point = {"times": times, "gflop": layer.gflop(BOTH_WAYS), "ms": ms[str(times)]}
        point["cost"] = point["ms"] / point["gflop"] / (ms["1"] / START.gflop(BOTH_WAYS))
        if FORGET.exists():
            point["MiB"] = growth_elsewhere(TINYCONV, layer, threads)
        points.append(point)
    return points


def line(size: str, point: dict[str, float], peak: float) -> str:
    """Return one layer's figures as text."""
    share = 1e3 * point["gflop"] / point["ms"] / peak
    memory = f"{point['MiB']:9.1f} MiB" if "MiB" in point else ""
    text = f"{size:>4} ×{point['times']:<3}{point['ms']:9.2f} ms{share:5.0%} of {peak:.0f}"
    return f"{text}{point['cost']:7.2f}×{memory}"


def exponents(points: list[dict[str, float]]) -> dict[str, float]:
    """Return the exponents of time and memory over the operations to do."""
    gflop = [point["gflop"] for point in points]
    known = [what for what in ("ms", "MiB") if what in points[0]]
    return {what: exponent(gflop, [point[what] for point in points]) for what in known}


def threads_joining() -> list[dict[str, float]]:
    """Return the first layer's time on one thread, two, and so on to all cores."""
    work = tinyconv_works(START, 1)[BOTH_WAYS]
    counts = range(1, (os.cpu_count() or 1) + 1)
    ms = take_turns({str(count): on_threads(count, work) for count in counts}, TURNS).ms
    return [{"threads": count, "ms": ms[str(count)]} for count in counts]


def findings(sizes: dict[str, list[dict[str, float]]]) -> list[Finding]:
    """Return how far the time per multiply-add strays at most, and the exponents."""
    strays = {size: max((point["cost"] - 1 for point in points), key=abs) for size, points in sizes.items()}
    fitted = {size: exponents(points) for size, points in sizes.items()}
    found = [
        Finding(
            f"time per multiply-add while {', '.join(sizes)} grow 16-fold from {START}",
            ", ".join(f"{size} {stray:+.0%}" for size, stray in strays.items()),
            f"within {aims.GROWTH:.0%}",
            max(map(abs, strays.values())) <= aims.GROWTH,
        )
    ]
    for what, title in (("ms", "time"), ("MiB", "peak memory")):
        listed = [f"{size} {exponent[what]:.2f}" for size, exponent in fitted.items() if what in exponent]
        if listed:
            found.append(Finding(f"exponent of {title} over operations", ", ".join(listed)))
    return found


def main() -> None:
    """Print a line for each size and factor."""
    parser = command_line(__doc__)
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the curves")
    arguments = parser.parse_args()
    report = begin(arguments.threads, {} if FORGET.exists() else {"memory": "only Linux tells its peak"})
    peak = peak_gflops(arguments.threads)
    sizes: dict[str, list[dict[str, float]]] = {}
    for size in SIZES:
        sizes[size] = measure(size, arguments.threads)
        print("\n".join(line(size, point, peak) for point in sizes[size]), end="\n\n", flush=True)
    threads = threads_joining()
    for point in threads:
        print(f"{point['threads']:>4} threads{point['ms']:9.2f} ms{threads[0]['ms'] / point['ms']:7.2f}×")
    fitted = {size: exponents(points) for size, points in sizes.items()}
    found = {"start": str(START), "peak": peak, "sizes": sizes, "exponents": fitted, "threads": threads}
    report.details["growth"] = found
    report.findings += findings(sizes)
    deliver(report, arguments)
    if arguments.plot:
        from pictures import draw_growth

        draw_growth(found, report.header, arguments.plot)


if __name__ == "__main__":
    main()
