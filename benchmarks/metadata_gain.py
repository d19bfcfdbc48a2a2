"""What metadata are worth: the test accuracy of a small network that sees the image alone, and with metadata.

    python benchmarks/metadata_gain.py [--quick] [--tasks digits coins] [--seeds 5] [--json FILE]

A seed draws the split, the start and the order of the images. Each method is compared, seed by seed, with the
same network without it; conditional normalisation with batch normalisation. The control is the method itself,
trained and tested on metadata that were dealt out to other images: what is left of its gain is no knowledge.
Networks this small are fastest on one thread; a full run takes minutes.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from measure import header, limit_threads
from metadata_tasks import METHODS, READING, TASKS, Task, accuracy, shuffled
from tqdm import tqdm

QUICK = ["concatenation", "FiLM"]
LEFT = 0.25  # share of its gain that shuffled metadata may leave a method


class Aim(NamedTuple):
    """How many points of accuracy metadata are meant to give."""

    gain: float
    by_each: bool  # by each method, or by the best


AIMS = {"digits": Aim(4.0, by_each=True), "coins": Aim(15.0, by_each=False)}


class Row(NamedTuple):
    """A method's accuracies in percent, one per seed, and those of its baseline and of its control."""

    method: str
    without: list[float]
    reading: list[float]
    control: list[float]  # with shuffled metadata

    def gains(self) -> list[float]:
        """Return what the metadata give, in points."""
        return [found - base for found, base in zip(self.reading, self.without, strict=True)]

    def left(self) -> list[float]:
        """Return what is left of it in the control."""
        return [found - base for found, base in zip(self.control, self.without, strict=True)]

    def __str__(self) -> str:
        cells = (
            spread(self.without),
            spread(self.reading),
            spread(self.gains(), "+"),
            spread(self.left(), "+"),
        )
        return line(self.method, METHODS[self.method].baseline, cells)


class Finding(NamedTuple):
    """One figure beside what is aimed at."""

    what: str
    measured: str
    aim: str
    holds: bool

    def __str__(self) -> str:
        return f"{self.what}: {self.measured}, aim {self.aim}: {'holds' if self.holds else 'FALLS SHORT'}"


def line(method: str, baseline: str, cells: Iterable[str]) -> str:
    """Return a line of the table."""
    return f"{method:24}{baseline:24}" + "".join(f"{cell:>16}" for cell in cells)


def spread(values: list[float], sign: str = "") -> str:
    """Return mean ± standard deviation; of one value, itself."""
    mean = f"{statistics.fmean(values):{sign}.1f}"
    shown = mean if len(values) == 1 else f"{mean} ± {statistics.stdev(values):.1f}"
    return shown.replace("-", "−")


def measure(task: Task, methods: list[str], seeds: list[int], epochs: int) -> list[Row]:
    """Train everything on every seed; print a line for each method."""
    splits = [task.split(seed) for seed in seeds]
    dealt = [shuffled(split, seed) for split, seed in zip(splits, seeds, strict=True)]
    baselines = list(dict.fromkeys(METHODS[method].baseline for method in methods))

    tqdm.write(f"\n{task.title}: {len(splits[0].train_images):,} images to train on, ", end="")
    tqdm.write(f"{len(splits[0].test_images)} to test on, {epochs} epochs")
    tqdm.write(line("", "compared with", ["without", "with metadata", "gain", "when shuffled"]))
    networks = len(seeds) * (len(baselines) + 2 * len(methods))
    rows = []
    with tqdm(total=networks, unit=" networks", leave=False, disable=None) as bar:

        def accuracies(method: str, given: list) -> list[float]:
            found = []
            for split, seed in zip(given, seeds, strict=True):
                found.append(accuracy(task, method, split, seed, epochs))
                bar.update()
            return found

        without = {baseline: accuracies(baseline, splits) for baseline in baselines}
        for method in methods:
            reading, control = accuracies(method, splits), accuracies(method, dealt)
            rows.append(Row(method, without[METHODS[method].baseline], reading, control))
            tqdm.write(str(rows[-1]))
    return rows


def findings(rows: list[Row], aim: Aim) -> list[Finding]:
    """Return the gain, and what the control leaves of it, beside the aims."""
    gains = {row.method: statistics.fmean(row.gains()) for row in rows}
    judged = (min if aim.by_each else max)(gains, key=gains.__getitem__)
    shares = {row.method: statistics.fmean(row.left()) / gains[row.method] for row in rows}
    worst = max(shares, key=shares.__getitem__)
    return [
        Finding(
            f"gain of {'each method, the least' if aim.by_each else 'the best method'}",
            f"{gains[judged]:+.1f} points ({judged})",
            f"≥ {aim.gain:+.0f}",
            gains[judged] >= aim.gain,
        ),
        Finding(
            "share of the gain that shuffled metadata leave, the largest",
            f"{shares[worst]:.0%} ({worst})".replace("-", "−"),
            f"≤ {LEFT:.0%}",
            min(gains.values()) > 0 and shares[worst] <= LEFT,
        ),
    ]


def run(names: list[str], methods: list[str], seeds: list[int], quick: bool) -> dict[str, dict]:
    """Measure some tasks; return the rows and findings of each, by name."""
    figures = {}
    for name in names:
        task = TASKS[name]
        rows = measure(task, methods, seeds, task.quick_epochs if quick else task.epochs)
        found = [] if quick else findings(rows, AIMS[name])  # an aim is for several seeds and every method
        print("\n".join(map(str, found)), flush=True)
        figures[name] = {
            "rows": [row._asdict() for row in rows],
            "findings": [finding._asdict() for finding in found],
        }
    return figures


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one seed, two methods, fewer epochs")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS), help="(default all)")
    parser.add_argument("--seeds", type=int, default=5, help="how many (default 5)")
    parser.add_argument("--threads", type=int, default=1, help="(default 1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to a file")
    arguments = parser.parse_args()
    if arguments.seeds < 1:
        parser.error(f"--seeds (={arguments.seeds}) must be at least 1")
    limit_threads(arguments.threads)
    seeds = [0] if arguments.quick else list(range(arguments.seeds))
    conditions = {**header(arguments.threads), "seeds": ", ".join(map(str, seeds))}
    print("\n".join(f"{name}: {value}" for name, value in conditions.items()))
    print("test accuracy in %, mean ± standard deviation over the seeds", flush=True)
    figures = run(arguments.tasks, QUICK if arguments.quick else READING, seeds, arguments.quick)
    if arguments.json:
        arguments.json.write_text(json.dumps({"header": conditions, **figures}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
