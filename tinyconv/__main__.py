"""The command line: `python -m tinyconv check`, `demo`, `explain`, `info`, `warmup`."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from tinyconv.commands import check, demo, explain, info, warmup

COMMANDS = {"check": check, "demo": demo, "explain": explain, "info": info, "warmup": warmup}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status, 1 with a line on stderr where it could not do its work."""
    parser = ArgumentParser("python -m tinyconv", description="A from-scratch convolution engine.")
    choices = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        command.describe(choices.add_parser(name, help=command.SUMMARY, description=command.SUMMARY))
    chosen = parser.parse_args(arguments)
    try:
        return COMMANDS[chosen.command].run(chosen)
    except (OSError, ValueError) as error:
        print(f"{parser.prog} {chosen.command}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
