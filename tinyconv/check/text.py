"""A report as text: arrays as blocks of numbers, the expected ones beside the student's."""

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from tinyconv.check.grids import Grid, first_difference, grids, mark_of
from tinyconv.check.wording import arguments, words

if TYPE_CHECKING:
    from tinyconv.check.report import Report

WIDTH = 100
MARK = "▶"


def render(report: "Report") -> str:
    """Return the whole report."""
    said = words(report)
    sign = "✓" if report.passed else "✗"
    lines = [f"{sign} {said.headline}"]
    for paragraph in said.paragraphs:
        lines += textwrap.wrap(paragraph, WIDTH, initial_indent="  ", subsequent_indent="  ")
    if said.error:
        lines += ["", textwrap.indent(said.error, "  ")]
    if report.case:
        lines += ["", "  The smallest case that shows it:", *_case(report), "", *_outputs(report)]
    return "\n".join(lines)


def _case(report: "Report") -> list[str]:
    blocks = [
        _block(grid.name, grid.rows)
        for name, value in report.case.items()
        if isinstance(value, np.ndarray)
        for grid in grids(name, value)
    ]
    plain = arguments(report)
    return [*_flow(blocks), *([f"    {plain}"] if plain else [])]


def _outputs(report: "Report") -> list[str]:
    lines = []
    for name, expected in report.expected.items():
        got = report.got.get(name)
        lines += _flow([block for grid in _pairs(name, expected, got) for block in grid])
    return lines


def _pairs(name: str, expected: Any, got: Any) -> list[list[list[str]]]:
    """Return for each map a pair of blocks: expected, and yours with the first difference marked."""
    place = first_difference(got, expected)
    right = list(grids(name, expected))
    if got is None or np.shape(got) != np.shape(expected):
        shape = "nothing to compare" if got is None else f"shape {np.shape(got)}"
        yours = [] if got is None else [_block(f"yours: {grid.name}", grid.rows) for grid in grids(name, got)]
        heads = [_block(f"expected: {grid.name}", grid.rows) for grid in right]
        return [[*heads, *(yours or [[f"yours: {shape}"]])]]
    return [
        [_block(f"expected: {grid.name}", grid.rows), _marked(f"yours: {grid.name}", other, name, place)]
        for grid, other in zip(right, grids(name, got), strict=True)
    ]


def _marked(title: str, grid: Grid, name: str, place: tuple[int, ...] | None) -> list[str]:
    return _block(title, grid.rows, mark_of(name, place, grid))


def _block(title: str, rows: list[list[str]], mark: tuple[int, int] | None = None) -> list[str]:
    """Return a title and aligned rows, as lines of one length."""
    cells = [
        [(MARK if (row, col) == mark else "") + cell for col, cell in enumerate(line)]
        for row, line in enumerate(rows)
    ]
    width = max((len(cell) for line in cells for cell in line), default=1)
    lines = [title, *("  " + " ".join(cell.rjust(width) for cell in line) for line in cells)]
    longest = max(map(len, lines))
    return [line.ljust(longest) for line in lines]


def _flow(blocks: list[list[str]]) -> list[str]:
    """Lay blocks side by side, and on new lines where the width ends."""
    lines: list[str] = []
    shelf: list[list[str]] = []
    for block in blocks:
        if shelf and sum(len(each[0]) + 3 for each in [*shelf, block]) > WIDTH:
            lines += _shelf(shelf)
            shelf = []
        shelf.append(block)
    return lines + _shelf(shelf)


def _shelf(blocks: list[list[str]]) -> list[str]:
    height = max(map(len, blocks), default=0)
    padded = [[*block, *[" " * len(block[0])] * (height - len(block))] for block in blocks]
    return ["    " + "   ".join(line).rstrip() for line in zip(*padded, strict=True)]
