"""`python -m tinyconv check`: mark a student's file, or a folder of them."""

import json
import os
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

SUMMARY = "mark a student's solution.py or .ipynb: points per part, and a name for what is wrong"


def describe(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add = parser.add_argument
    add("file", type=Path, nargs="?", help="the solution, .py or .ipynb")
    add(
        "--parts", type=parts, help="NAME or NAME=POINTS, with commas (default: what the file holds, 10 each)"
    )
    add("--seed", type=int, default=0, help="the course's own number (default 0): draws the cases")
    add("--json", action="store_true", help="print everything as JSON")
    add("--gradescope", type=Path, metavar="RESULTS", help="write results.json for Gradescope")
    add("--all", type=Path, metavar="FOLDER", help="mark every submission in a folder, each on its own")
    add(
        "--csv", type=Path, default=Path("marks.csv"), help="where --all writes its marks (default marks.csv)"
    )
    add("--jobs", type=int, default=os.cpu_count() or 1, help="how many submissions at a time")


def parts(text: str) -> dict[str, float]:
    """Return the points of each part that somebody typed.

    >>> parts("relu_forward=5,relu_backward")
    {'relu_forward': 5.0, 'relu_backward': 10.0}
    """
    points = {}
    for each in text.split(","):
        name, _, worth = each.strip().partition("=")
        try:
            points[name] = float(worth or 10)
        except ValueError:
            raise ArgumentTypeError(f"{each!r} must be NAME or NAME=POINTS") from None
        if not 0 < points[name] < 1e6:
            raise ArgumentTypeError(f"{each!r}: points must be positive")
    return points


def run(arguments: Namespace) -> int:
    """Mark, and print; 0 only where everything is right (or, with --all, where all were marked)."""
    try:
        from tinyconv.check.parts import part_named
        from tinyconv.check.speed import RACES
    except ModuleNotFoundError as missing:
        raise ValueError(missing) from None  # its message says what to install
    for name in set(arguments.parts or ()) - set(RACES):
        part_named(name)
    if (arguments.file is None) == (arguments.all is None):
        raise ValueError("check: give one file, or a folder with --all")
    if arguments.all and (arguments.json or arguments.gradescope):
        raise ValueError("check: --json and --gradescope are of one file; --all writes --csv")
    return _mark_all(arguments) if arguments.all else _mark(arguments)


def _mark(arguments: Namespace) -> int:
    from tinyconv.check.gradescope import results
    from tinyconv.check.grading import grade

    found = grade(arguments.file, arguments.parts, arguments.seed)
    if arguments.gradescope:
        arguments.gradescope.write_text(json.dumps(results(found), indent=2, ensure_ascii=False), "utf-8")
    print(json.dumps(found.plain(), indent=2) if arguments.json else found.text)
    return 0 if found.passed else 1


def _mark_all(arguments: Namespace) -> int:
    from tinyconv.check.folder import mark_all
    from tinyconv.check.limits import can_cut_network

    if not can_cut_network():
        print("the network cannot be cut off here: submissions can reach it")
    try:
        rows = mark_all(arguments.all, arguments.csv, arguments.parts, arguments.seed, arguments.jobs)
    except KeyboardInterrupt:
        print(f"\ninterrupted: {arguments.csv} keeps what is marked; the same command marks the rest")
        return 130
    print(f"{len(rows)} submissions marked in {arguments.csv}")
    return 0
