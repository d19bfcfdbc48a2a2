"""Marks in a CSV file: a row is there as soon as it is known, and stays if nothing has changed."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from tinyconv.shapes import ShapeError

Row = dict[str, str]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Ledger:
    """The rows of a CSV file by submission; only those whose fingerprint still holds are kept.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = Path(directory, "marks.csv")
    ...     Ledger(path, ["score"], {"ada.py": "1f"}).add("ada.py", {"score": "7"})
    ...     Ledger(path, ["score"], {"ada.py": "1f", "bob.py": "2e"}).rows
    {'ada.py': {'submission': 'ada.py', 'score': '7', 'fingerprint': '1f'}}
    """

    def __init__(self, path: Path, columns: list[str], fingerprints: Mapping[str, str]) -> None:
        self._path, self._fingerprints = path, fingerprints
        self._columns = ["submission", *columns, "fingerprint"]
        self.rows = {
            name: row
            for name, row in self._read().items()
            if row["fingerprint"] == fingerprints.get(name, "nobody")
        }
        self._write(self.rows.values())

    def add(self, name: str, row: Row) -> None:
        """Write one more row, at once: whoever is interrupted goes on from here."""
        row = {column: _quoted(text) for column, text in row.items()}
        self.rows[name] = {"submission": _quoted(name), **row, "fingerprint": self._fingerprints[name]}
        with self._path.open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, self._columns).writerow(self.rows[name])

    def finished(self) -> list[Row]:
        """Return all rows, by name, and leave them in the file in this order."""
        ordered = [self.rows[name] for name in sorted(self.rows)]
        self._write(ordered)
        return ordered

    def _read(self) -> dict[str, Row]:
        if not self._path.exists():
            return {}
        with self._path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if list(reader.fieldnames or self._columns) != self._columns:
                raise ShapeError(f"check: --csv (={self._path}) holds the marks of other parts: move it away")
            return {_unquoted(row["submission"]): row for row in reader}

    def _write(self, rows: Iterable[Row]) -> None:
        """Write everything: whoever looks sees the old file or the new one."""
        draft = self._path.with_name(self._path.name + ".part")
        with draft.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self._columns)
            writer.writeheader()
            writer.writerows(rows)
        draft.replace(self._path)


def _quoted(text: str) -> str:
    """Keep a spreadsheet from taking a student's text for a formula."""
    return "'" + text if text.startswith(_FORMULA) else text


def _unquoted(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
