"""The masters: where they lie, and what is marked in them."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from tinyconv.shapes import ShapeError

_HERE = Path(__file__).parent
_FOLDERS = (_HERE / "masters", _HERE.parents[1] / "tutorials" / "assignments")  # installed; in the repository


class Master(NamedTuple):
    """An assignment with its solutions."""

    name: str
    path: Path
    notebook: dict[str, Any]

    @property
    def title(self) -> str:
        """The heading of its first cell."""
        return "".join(self.notebook["cells"][0]["source"]).splitlines()[0].lstrip("# ")

    @property
    def points(self) -> dict[str, float]:
        """What each part is worth, in the order of the notebook."""
        graded = [cell["metadata"].get("nbgrader", {}) for cell in self.notebook["cells"]]
        return {entry["grade_id"]: float(entry["points"]) for entry in graded if "points" in entry}

    @property
    def parts(self) -> str:
        """The points as `python -m tinyconv check --parts` reads them."""
        return ",".join(f"{name}={points:g}" for name, points in self.points.items())


def names() -> tuple[str, ...]:
    """Return the assignments' names.

    >>> names()[0]
    'convolution_and_pooling'
    """
    return tuple(_paths())


def master(name: str) -> Master:
    """Return an assignment with its solutions.

    Raises:
        ShapeError: there is none of that name.

    >>> master("convolution_and_pooling").title
    'Convolution and pooling, there and back'
    """
    paths = _paths()
    if name not in paths:
        raise ShapeError(f"assignment: name (={name!r}) must be one of {', '.join(paths)}")
    return Master(name, paths[name], json.loads(paths[name].read_text(encoding="utf-8")))


def _paths() -> dict[str, Path]:
    folder = next((folder for folder in _FOLDERS if folder.is_dir()), _FOLDERS[0])
    return {path.stem: path for path in sorted(folder.glob("*.ipynb"))}
