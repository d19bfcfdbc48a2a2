"""`python -m tinyconv assignment`: write what a course hands out, and what marks it."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from tinyconv import assignments

SUMMARY = "write an assignment: the student's notebook, its checks, and an autograder"


def describe(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add = parser.add_argument
    add("name", metavar="NAME", help=", ".join(assignments.names()))
    add("--out", type=Path, required=True, metavar="DIR", help="the folder for what is written")


def run(arguments: Namespace) -> int:
    """Write the files, and say how a folder of submissions is marked."""
    for path in assignments.write(arguments.name, arguments.out):
        print(f"wrote {path}")
    parts = assignments.master(arguments.name).parts
    print(f"to mark: python -m tinyconv check --all SUBMISSIONS --csv marks.csv --parts {parts}")
    return 0
