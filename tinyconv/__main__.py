"""The command line: `python -m tinyconv demo`, `info`, `warmup`."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from tinyconv.commands import demo, info, warmup

COMMANDS = {"demo": demo, "info": info, "warmup": warmup}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = ArgumentParser("python -m tinyconv", description="A from-scratch convolution engine.")
    choices = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        command.describe(choices.add_parser(name, help=command.SUMMARY, description=command.SUMMARY))
    chosen = parser.parse_args(arguments)
    return COMMANDS[chosen.command].run(chosen)


if __name__ == "__main__":
    sys.exit(main())
