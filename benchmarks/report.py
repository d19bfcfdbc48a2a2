"""What was found: the summary beside the aims, as text, as JSON, as a picture, and as the README's table.

    python benchmarks/report.py FILE… [--markdown] [--readme] [--plot FILE]

The files are what the other scripts write with --json; runs on one machine with the same versions add up to
one report, in the order given. All of it, in about half an hour, and the sooner the quieter the machine is:

    cd benchmarks; mkdir -p /tmp/figures
    for script in compare memory speedup growth startup training; do
        python $script.py --json /tmp/figures/$script.json || break
    done
    python report.py /tmp/figures/{compare,memory,speedup,growth,startup,training}.json --readme
"""

import argparse
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from findings import Finding, memory, ratios, shares, speedups
from measure import HERE, header, limit_threads, settle_allocator

import tinyconv

README = HERE.parent / "README.md"
BEGIN, END = "<!-- benchmarks: written by benchmarks/report.py -->", "<!-- end of benchmarks -->"


@dataclass
class Report:
    """Where and with what was measured, who could not take part, and what was found."""

    header: dict[str, str]
    left_out: dict[str, str] = field(default_factory=dict)  # who, and why
    rows: list[dict[str, Any]] = field(default_factory=list)  # layer, case, ms by peer, gflops, peak, quiet
    findings: list[Finding] = field(default_factory=list)  # what does not follow from the other two
    details: dict[str, Any] = field(default_factory=dict)  # by script: every figure behind its findings

    def save(self, path: Path) -> None:
        """Write everything as JSON."""
        path.write_text(json.dumps(vars(self), indent=1, ensure_ascii=False))

    @classmethod
    def load(cls, paths: Iterable[Path]) -> "Report":
        """Read one report from several files; what stands in a later one replaces the same of an earlier."""
        parts = [json.loads(path.read_text()) for path in paths]
        headers = {json.dumps(part["header"] | {"date": ""}, ensure_ascii=False) for part in parts}
        if len(headers) > 1:
            raise SystemExit(
                "\n".join(["report: the runs differ in machine, versions or setting:", *headers])
            )
        report = cls(parts[-1]["header"])
        for part in parts:
            report.left_out |= part["left_out"]
            for script, details in part["details"].items():
                earlier = report.details.get(script)  # perhaps of other layers
                report.details[script] = earlier | details if isinstance(earlier, dict) else details
        report.rows = list(
            {(row["layer"], row["case"]): row for part in parts for row in part["rows"]}.values()
        )
        report.findings = list(
            {found[0]: Finding(*found) for part in parts for found in part["findings"]}.values()
        )
        return report

    def everything(self) -> list[Finding]:
        """Return the findings of what was measured layer by layer, and the others."""
        by_layer = *ratios(self.rows), *shares(self.rows)
        grown, gains = (self.details.get(script, {}) for script in ("memory", "speedup"))
        return [*by_layer, *memory(grown), *speedups(gains), *self.findings]


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
        [what, measured, (aim if holds else f"{aim}: **falls short**") or "–"]
        for what, measured, aim, holds in report.everything()
    ]
    return f"{markdown_table(['what', 'measured', 'aimed at'], rows)}\n\n{'; '.join(facts(report))}."


def facts(report: Report) -> list[str]:
    """Return what the figures mean nothing without.

    >>> facts(Report({"processor": "Z80", "date": "1976-07-01"}, {"torch": "not installed"}))
    ['processor: Z80', 'date: 1976-07-01', 'left out: torch (not installed)']
    """
    lines = [f"{name}: {value}" for name, value in report.header.items()]
    quiet = [row["quiet"] for row in report.rows if row.get("quiet") is not None]
    if quiet:
        lines.append(f"quiet cores: for {fmean(quiet):.0%} of the timings against others")
    left_out = ", ".join(f"{name} ({why})" for name, why in report.left_out.items())
    return lines + [f"left out: {left_out}"] * bool(left_out)


def write_readme(report: Report, readme: Path = README) -> None:
    """Put the table between the README's two marks."""
    before, _, rest = readme.read_text().partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"report: {readme.name} must have the lines {BEGIN} and {END}")
    readme.write_text(f"{before}{BEGIN}\n{markdown(report)}\n{END}{after}")


def command_line(doc: str) -> argparse.ArgumentParser:
    """Return the parser of a script: its first line, and the options that all of them share."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--threads", type=int, default=tinyconv.get_num_threads(), help="for everybody")
    add_outputs(parser)
    return parser


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """Declare where results go."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything to a file, for report.py")
    parser.add_argument("--markdown", action="store_true", help="print the summary as a Markdown table")


def begin(threads: int, left_out: dict[str, str]) -> Report:
    """Prepare this process, and print what the figures mean nothing without."""
    limit_threads(threads)
    settle_allocator()
    report = Report(header(threads), left_out)
    print("\n".join(facts(report)), end="\n\n", flush=True)
    return report


def deliver(report: Report, arguments: argparse.Namespace) -> None:
    """Print the summary, and send the results where the command line says."""
    print()
    if arguments.markdown:
        print(markdown(report))
    else:
        print_findings(report.everything())
    if arguments.json:
        report.save(arguments.json)


def print_findings(findings: list[Finding]) -> None:
    """Print each figure beside what is aimed at."""
    wide = [max((len(found[i]) for found in findings), default=0) for i in (0, 1)]
    for what, measured, aim, holds in findings:
        beside = f"  aim {aim}{'' if holds else ': FALLS SHORT'}" if aim else ""
        print(f"{what:{wide[0]}}  {measured:{wide[1]}}{beside}".rstrip())


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="what --json wrote")
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the ratios")
    add_outputs(parser)
    arguments = parser.parse_args()
    report = Report.load(arguments.files)
    print("\n".join(facts(report)))
    deliver(report, arguments)
    if arguments.readme:
        write_readme(report)
    if arguments.plot:
        from pictures import draw_ratios

        draw_ratios(report, arguments.plot)


if __name__ == "__main__":
    main()
