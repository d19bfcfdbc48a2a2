"""What was found: the summary beside the aims, as text, as JSON, and as the README's table.

    python benchmarks/report.py FILE… [--markdown] [--readme] [--plot FILE]

The files are what the other scripts write with --json; runs on the same machine with the same versions add up
to one report. A ratio compares two figures of one run only.
"""

import argparse
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import aims
from layers import CASES, LAYERS
from measure import geometric_mean
from peers import TINYCONV

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- benchmarks: written by benchmarks/report.py -->", "<!-- end of benchmarks -->"


class Finding(NamedTuple):
    """One figure beside what is aimed at."""

    what: str
    measured: str
    aim: str
    holds: bool


@dataclass
class Report:
    """Where and with what was measured, a row for each layer and case, and what else was found."""

    header: dict[str, str]
    rows: list[dict[str, Any]] = field(default_factory=list)  # layer, case, ms by peer, gflops, peak
    findings: list[Finding] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Write everything as JSON."""
        path.write_text(json.dumps(vars(self), indent=1, ensure_ascii=False))

    @classmethod
    def load(cls, paths: Iterable[Path]) -> "Report":
        """Read one report from several files; what stands in a later one replaces the same of an earlier."""
        parts = [json.loads(path.read_text()) for path in paths]
        headers = {json.dumps(part["header"] | {"date": ""}) for part in parts}
        if len(headers) > 1:
            raise SystemExit(f"report: the runs are not of one machine, versions and setting: {headers}")
        rows = {(row["layer"], row["case"]): row for part in parts for row in part["rows"]}
        findings = {found[0]: Finding(*found) for part in parts for found in part["findings"]}
        return cls(parts[-1]["header"], list(rows.values()), list(findings.values()))

    def everything(self) -> list[Finding]:
        """Return the findings of the rows, and the others."""
        return [*ratios(self.rows), *shares(self.rows), *self.findings]


def ratios(rows: list[dict[str, Any]]) -> Iterable[Finding]:
    """Yield how tinyconv does against each peer."""
    for peer, case, mean, worst in aims.RATIOS:
        found = {
            row["layer"]: row["ms"][peer] / row["ms"][TINYCONV]
            for row in rows
            if row["case"] == case and peer in row["ms"]
        }
        if found:
            middle, layer = geometric_mean(found.values()), min(found, key=lambda name: found[name])
            yield Finding(
                f"{case}, against {peer} ({len(found)} layers)",
                f"{middle:.2f}×, worst {found[layer]:.2f}× ({layer})",
                f"≥ {mean:.1f}×" + (f", worst ≥ {worst:.1f}×" if worst else ""),
                middle >= mean and found[layer] >= (worst or 0),
            )


def shares(rows: list[dict[str, Any]]) -> Iterable[Finding]:
    """Yield which share of the multipliers' peak the wide layers reach."""
    wide = {str(layer) for layer in LAYERS if aims.is_wide(layer)}
    for case in CASES:
        found = {
            row["layer"]: row["gflops"] / row["peak"]
            for row in rows
            if row["case"] == case and row["layer"] in wide
        }
        if found:
            layer = min(found, key=lambda name: found[name])
            yield Finding(
                f"{case}, share of the peak on wide layers",
                f"{geometric_mean(found.values()):.0%}, lowest {found[layer]:.0%} ({layer})",
                f"≥ {aims.SHARE_OF_PEAK:.0%}",
                found[layer] >= aims.SHARE_OF_PEAK,
            )


def print_header(header: dict[str, str]) -> None:
    """Print what the figures mean nothing without."""
    print("\n".join(f"{name}: {value}" for name, value in header.items()), end="\n\n", flush=True)


def print_findings(findings: Iterable[Finding]) -> None:
    """Print each figure beside what is aimed at."""
    findings = list(findings)
    wide = [max(len(found[i]) for found in findings) for i in (0, 1)] if findings else []
    for what, measured, aim, holds in findings:
        print(f"{what:{wide[0]}}  {measured:{wide[1]}}  aim {aim}{'' if holds else ': FALLS SHORT'}")


def markdown_table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table.

    >>> print(markdown_table(["what", "ms"], [["conv", "1.5"]]))
    | what | ms |
    |---|---|
    | conv | 1.5 |
    """
    titles = list(titles)
    lines = ["| " + " | ".join(cells) + " |" for cells in (titles, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(titles), *lines[1:]])


def markdown(report: Report) -> str:
    """Return the findings as a table, with what they mean nothing without."""
    rows = [
        [what, measured, aim if holds else f"{aim}: **falls short**"]
        for what, measured, aim, holds in report.everything()
    ]
    facts = "; ".join(
        value if name in ("processor", "setting", "versions") else f"{name}: {value}"
        for name, value in report.header.items()
    )
    return f"{markdown_table(['what', 'measured', 'aimed at'], rows)}\n\n{facts}."


def write_readme(report: Report) -> None:
    """Put the table between the README's two marks."""
    before, _, rest = README.read_text().partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"report: README.md must have the lines {BEGIN} and {END}")
    README.write_text(f"{before}{BEGIN}\n{markdown(report)}\n{END}{after}")


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """Declare where results go."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything to a file, for report.py")
    parser.add_argument("--markdown", action="store_true", help="print the summary as a Markdown table")


def deliver(report: Report, arguments: argparse.Namespace) -> None:
    """Print the summary, and send the results where the command line says."""
    if arguments.markdown:
        print("\n" + markdown(report))
    else:
        print("\nratios are the peer's time by tinyconv's: above 1 tinyconv is faster")
        print_findings(report.everything())
    if arguments.json:
        report.save(arguments.json)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="what --json wrote")
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the ratios")
    add_outputs(parser)
    arguments = parser.parse_args()
    report = Report.load(arguments.files)
    print_header(report.header)
    deliver(report, arguments)
    if arguments.readme:
        write_readme(report)
    if arguments.plot:
        from pictures import draw_ratios

        draw_ratios(report, arguments.plot)


if __name__ == "__main__":
    main()
