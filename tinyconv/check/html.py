"""A report as HTML: each map a table whose shade follows its numbers, the first difference framed."""

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from tinyconv.check.grids import Grid, first_difference, grids, mark_of
from tinyconv.check.verdict import close
from tinyconv.check.wording import arguments, words

if TYPE_CHECKING:
    from tinyconv.check.report import Report

_CELL = "border:1px solid #ccc;padding:2px 6px;text-align:right;color:#111;"
_BLUE, _RED = (86, 180, 233), (213, 94, 0)  # positive and negative: told apart by every kind of eye
_RIGHT = "color:#070;color:light-dark(#070,#6fd08c)"  # twice, for a browser that knows one colour only
_WRONG = "color:#b00;color:light-dark(#b00,#ff8a80)"
_FRAME = "outline:3px solid #d00;font-weight:bold;"
_ROW = "display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start;margin:6px 0;"


def render(report: "Report") -> str:
    """Return the whole report; whatever a student wrote is escaped."""
    said = words(report)
    colour, sign = (_RIGHT, "✓") if report.passed else (_WRONG, "✗")
    parts = [f'<b style="{colour}">{sign} {escape(said.headline)}</b>']
    parts += [f"<div>{escape(paragraph)}</div>" for paragraph in said.paragraphs]
    if said.error:
        parts.append(f"<pre>{escape(said.error)}</pre>")
    if report.case:
        parts += ["<div><i>The smallest case that shows it:</i></div>", _case(report), _outputs(report)]
    return f'<div style="font-family:sans-serif;line-height:1.4;padding:4px 5px">{"".join(parts)}</div>'


def _case(report: "Report") -> str:
    arrays = [(name, value) for name, value in report.case.items() if isinstance(value, np.ndarray)]
    tables = [_table(grid.name, grid) for name, value in arrays for grid in grids(name, value)]
    plain = arguments(report)
    return _row(tables) + (f"<code>{escape(plain)}</code>" if plain else "")


def _outputs(report: "Report") -> str:
    shown = []
    for name, expected in report.expected.items():
        right = report.kind == "values" and close(report.got.get(name), expected)
        row = (
            _row([f"<div>{name}: right here</div>"])
            if right
            else _compared(name, expected, report.got.get(name))
        )
        shown.append(row)
    return "".join(shown)


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
    largest = max(
        (abs(float(cell)) for row in grid.rows for cell in row if cell not in ("nan", "inf", "-inf")),
        default=0,
    )
    rows = "".join(
        "<tr>" + "".join(_cell(cell, largest, (r, c) == mark) for c, cell in enumerate(row)) + "</tr>"
        for r, row in enumerate(grid.rows)
    )
    return f'<div><div>{escape(title)}</div><table style="border-collapse:collapse">{rows}</table></div>'


def _cell(cell: str, largest: float, marked: bool) -> str:
    value = float(cell)
    share = min(1.0, abs(value) / largest) if largest and np.isfinite(value) else 0.0
    colour = (255 - 0.6 * share * (255 - part) for part in (_BLUE if value > 0 else _RED))
    shade = f"background:rgb({','.join(f'{part:.0f}' for part in colour)});"  # on dark paper too
    return f'<td style="{_CELL}{shade}{_FRAME if marked else ""}">{escape(cell)}</td>'
