"""A report as HTML: each map a table whose shade follows its numbers, the first difference framed."""

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from tinyconv.check.grids import Grid, first_difference, grids, mark_of
from tinyconv.check.wording import arguments, words

if TYPE_CHECKING:
    from tinyconv.check.report import Report

_CELL = "border:1px solid #ccc;padding:2px 6px;text-align:right;color:#111;"
_BLUE, _RED = "86,180,233", "213,94,0"  # positive and negative: told apart by every kind of eye
_FRAME = "outline:3px solid #d00;font-weight:bold;"
_ROW = "display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start;margin:6px 0;"


def render(report: "Report") -> str:
    """Return the whole report; whatever a student wrote is escaped."""
    said = words(report)
    colour, sign = ("#070", "✓") if report.passed else ("#b00", "✗")
    parts = [f'<b style="color:{colour}">{sign} {escape(said.headline)}</b>']
    parts += [f"<div>{escape(paragraph)}</div>" for paragraph in said.paragraphs]
    if said.error:
        parts.append(f"<pre>{escape(said.error)}</pre>")
    if report.case:
        parts += ["<div><i>The smallest case that shows it:</i></div>", _case(report), _outputs(report)]
    return f'<div style="font-family:sans-serif;line-height:1.4">{"".join(parts)}</div>'


def _case(report: "Report") -> str:
    arrays = [(name, value) for name, value in report.case.items() if isinstance(value, np.ndarray)]
    tables = [_table(grid.name, grid) for name, value in arrays for grid in grids(name, value)]
    plain = arguments(report)
    return _row(tables) + (f"<code>{escape(plain)}</code>" if plain else "")


def _outputs(report: "Report") -> str:
    return "".join(_compared(name, right, report.got.get(name)) for name, right in report.expected.items())


def _compared(name: str, expected: Any, got: Any) -> str:
    place = first_difference(got, expected)
    tables = [_table(f"expected: {grid.name}", grid) for grid in grids(name, expected)]
    if got is None:
        return _row([*tables, "<div>yours: nothing to compare</div>"])
    tables += [_table(f"yours: {grid.name}", grid, mark_of(name, place, grid)) for grid in grids(name, got)]
    return _row(tables)


def _row(tables: list[str]) -> str:
    return f'<div style="{_ROW}">{"".join(tables)}</div>'


def _table(title: str, grid: Grid, mark: tuple[int, int] | None = None) -> str:
    largest = max((abs(float(cell)) for row in grid.rows for cell in row if cell not in ("nan", "inf", "-inf")), default=0)
    rows = "".join(
        "<tr>" + "".join(_cell(cell, largest, (r, c) == mark) for c, cell in enumerate(row)) + "</tr>"
        for r, row in enumerate(grid.rows)
    )
    return f'<div><div>{escape(title)}</div><table style="border-collapse:collapse">{rows}</table></div>'


def _cell(cell: str, largest: float, marked: bool) -> str:
    value = float(cell)
    share = min(1.0, abs(value) / largest) if largest and np.isfinite(value) else 0.0
    shade = f"background:rgba({_BLUE if value > 0 else _RED},{0.6 * share:.2f});"
    return f'<td style="{_CELL}{shade}{_FRAME if marked else ""}">{escape(cell)}</td>'
