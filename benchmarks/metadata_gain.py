"""What metadata are worth: the test accuracy of a small network that sees the image alone, and with metadata.

    python benchmarks/metadata_gain.py [--quick] [--tasks digits coins] [--seeds 5] [--json FILE] [--markdown]

A seed draws the split, the start and the order of the images. Each method is compared, seed by seed, with the
same network without it; conditional normalisation with batch normalisation. The control is the method itself,
trained and tested on metadata that were dealt out to other images: what is left of its gain is no knowledge.
Networks this small are fastest on one thread; a full run takes minutes.
"""

import statistics
from collections.abc import Iterable
from typing import NamedTuple

import aims
from findings import Finding
from metadata_tasks import METHODS, READING, TASKS, Task, accuracy, shuffled
from report import begin, command_line, deliver
from tqdm import tqdm

from tinyconv.data import MetadataSplit

QUICK = ["concatenation", "FiLM"]


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

        def accuracies(method: str, given: list[MetadataSplit]) -> list[float]:
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


def findings(task: str, rows: list[Row]) -> list[Finding]:
    """Return the gain, and what the control leaves of it, beside the aims."""
    points, by_each = aims.GAINS[task]
    gains = {row.method: statistics.fmean(row.gains()) for row in rows}
    judged = (min if by_each else max)(gains, key=gains.__getitem__)
    shares = {row.method: statistics.fmean(row.left()) / gains[row.method] for row in rows}
    worst = max(shares, key=shares.__getitem__)
    return [
        Finding(
            f"{task}: gain in points of {'each method, the least' if by_each else 'the best method'}",
            f"{gains[judged]:+.1f} ({judged})",
            f"≥ {points:+.0f}",
            gains[judged] >= points,
        ),
        Finding(
            f"{task}: share of the gain that shuffled metadata leave, the largest",
            f"{shares[worst]:.0%} ({worst})",
            f"≤ {aims.SHUFFLED:.0%}",
            min(gains.values()) > 0 and shares[worst] <= aims.SHUFFLED,
        ),
    ]


def main() -> None:
    """Read the command line."""
    parser = command_line(__doc__)
    parser.set_defaults(threads=1)
    parser.add_argument(
        "--quick", action="store_true", help="one seed, two methods, fewer epochs, no verdict"
    )
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS), help="(default all)")
    parser.add_argument("--seeds", type=int, default=5, help="how many (default 5)")
    arguments = parser.parse_args()
    if arguments.seeds < 1:
        parser.error(f"--seeds (={arguments.seeds}) must be at least 1")
    seeds = [0] if arguments.quick else list(range(arguments.seeds))
    report = begin(arguments.threads, {})
    print(f"test accuracy in %, mean ± standard deviation over {len(seeds)} seeds", flush=True)
    for name in arguments.tasks:
        task = TASKS[name]
        methods, epochs = (QUICK, task.quick_epochs) if arguments.quick else (READING, task.epochs)
        rows = measure(task, methods, seeds, epochs)
        report.details[f"metadata_gain, {name}"] = [row._asdict() for row in rows]
        report.findings += [] if arguments.quick else findings(name, rows)
    deliver(report, arguments)


if __name__ == "__main__":
    main()
