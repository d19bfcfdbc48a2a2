"""A report as HTML: each map a table whose shade follows its numbers, the first difference framed."""

import re
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from tinyconv.check.grids import Grid, first_difference, grids, mark_of
from tinyconv.check.verdict import close
from tinyconv.check.wording import arguments, words

if TYPE_CHECKING:
    from tinyconv.check.report import Report

# A notebook may be light or dark: what lies on its page takes its colours, and what brings its own ink
# brings its own paper too.
_CELL = "border:1px solid #999;padding:2px 6px;text-align:right;color:#111;"
_BLUE, _RED = (86, 180, 233), (213, 94, 0)  # positive and negative: told apart by every kind of eye
_FRAME = "outline:3px solid #d00;outline-offset:-3px;font-weight:bold;"
_ROW = "display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start;margin:6px 0;"
_SIGN = "display:inline-block;width:1.4em;border-radius:3px;text-align:center;color:#fff;background:"
_TICKED = re.compile(r"`([^`]+)`")


def render(report: "Report") -> str:
    """Return the whole report; whatever a student wrote is escaped."""
    said = words(report)
    colour, sign = ("#070", "✓") if report.passed else ("#b00", "✗")
    parts = [f'<b><span style="{_SIGN}{colour}">{sign}</span> {escape(said.headline)}</b>']
    parts += ["<div>" + _TICKED.sub(r"<code>\1</code>", escape(each)) + "</div>" for each in said.paragraphs]
    if said.error:
        parts.append(f'<pre style="font-family:monospace">{escape(said.error)}</pre>')
    if report.case:
        parts += ["<div><i>The smallest case that shows it:</i></div>", _case(report), _outputs(report)]
    return f'<div style="font-family:sans-serif;line-height:1.4;padding:4px 5px">{"".join(parts)}</div>'


def _case(report: "Report") -> str:
    tables = [
        table
        for name, value in report.case.items()
        if isinstance(value, np.ndarray)
        for table in _tables(name, value, _largest(value))
    ]
    plain = arguments(report)
    return _row(tables) + (f"<code>{escape(plain)}</code>" if plain else "")


def _outputs(report: "Report") -> str:
    return "".join(
        _row([f"<div>{name}: right here</div>"])
        if report.kind == "values" and close(report.got.get(name), expected)
        else _compared(name, expected, report.got.get(name))
        for name, expected in report.expected.items()
    )


def _compared(name: str, expected: Any, got: Any) -> str:
    """Return the expected maps and the student's, shaded on one scale."""
    if got is None:
        right = _tables(name, expected, _largest(expected), "expected: ")
        return _row([*right, "<div>yours: nothing to compare</div>"])
    place, largest = first_difference(got, expected), _largest(expected, got)
    return _row(
        [*_tables(name, expected, largest, "expected: "), *_tables(name, got, largest, "yours: ", place)]
    )


def _row(tables: list[str]) -> str:
    return f'<div style="{_ROW}">{"".join(tables)}</div>'


def _largest(*values: Any) -> float:
    """Return the largest size of a number, which gets the full shade."""
    sizes = np.abs(np.concatenate([np.ravel(value).astype(float) for value in values]))
    return float(sizes.max(initial=0, where=np.isfinite(sizes)))


def _tables(
    name: str, value: Any, largest: float, whose: str = "", place: tuple[int, ...] | None = None
) -> list[str]:
    return [
        _table(whose + grid.name, grid, largest, mark_of(name, place, grid)) for grid in grids(name, value)
    ]


def _table(title: str, grid: Grid, largest: float, mark: tuple[int, int] | None) -> str:
    rows = "".join(
        "<tr>" + "".join(_cell(cell, largest, (r, c) == mark) for c, cell in enumerate(row)) + "</tr>"
        for r, row in enumerate(grid.rows)
    )
    table = f'<table style="border-collapse:collapse;margin:0">{rows}</table>'
    return f"<div><div>{escape(title)}</div>{table}</div>"


def _cell(cell: str, largest: float, marked: bool) -> str:
    """Return a number on white paper, the bluer or redder the farther from 0."""
    value = float(cell)
    share = 0.6 * min(1.0, abs(value) / largest) if largest and np.isfinite(value) else 0.0
    paper = [round(255 + share * (ink - 255)) for ink in (_BLUE if value > 0 else _RED)]
    style = f"{_CELL}background:rgb{tuple(paper)};{_FRAME if marked else ''}"
    return f'<td style="{style}">{escape(cell)}</td>'
