"""What a course hands out of a master: the student's notebook and its checks, and an autograder."""

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tinyconv.assignments.masters import Master, master
from tinyconv.assignments.otter import otter_version
from tinyconv.assignments.scripts import CHECKS, RUN_AUTOGRADER, SETUP
from tinyconv.assignments.student import student_version
from tinyconv.assignments.wheel import wheel


def write(name: str, out: str | Path) -> list[Path]:
    """Write an assignment into a folder, and return what was written.

    - `student/NAME.ipynb` and `student/test_NAME.py`, which pytest runs: for the students;
    - `autograder/` with `setup.sh`, `run_autograder` and this tinyconv as a wheel: zipped, they are what
      Gradescope takes;
    - `otter/NAME.ipynb`: the master, solutions and all, as `otter assign` reads it.

    Raises:
        ShapeError: there is no assignment of that name.
        FileExistsError: one of the files is there already; nothing is written.
        ValueError: Hypothesis isn't installed: an autograder installs the version that is used here.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     [path.name for path in write("film", directory)][:4]
    ['film.ipynb', 'test_film.py', 'setup.sh', 'run_autograder']
    """
    files = {Path(out, *place.split("/")): content for place, content in _contents(master(name)).items()}
    there = next((path for path in files if path.exists()), None)
    if there:
        raise FileExistsError(f"assignment: --out: {there} is there already, and is not overwritten")
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if content.startswith(b"#!"):
            path.chmod(0o755)
    return list(files)


def _contents(assignment: Master) -> dict[str, bytes]:
    facts = {
        "NAME": assignment.name,
        "TITLE": assignment.title,
        "PARTS": assignment.parts,
        "HYPOTHESIS": _hypothesis(),
        "POINTS": json.dumps(assignment.points, indent=4).replace("\n}", ",\n}"),
    }
    texts = {
        f"student/{assignment.name}.ipynb": _written(student_version(assignment.notebook)),
        f"student/test_{assignment.name}.py": _filled(CHECKS, facts),
        "autograder/setup.sh": _filled(SETUP, facts),
        "autograder/run_autograder": _filled(RUN_AUTOGRADER, facts),
        f"otter/{assignment.name}.ipynb": _written(otter_version(assignment.notebook)),
    }
    name, content = wheel()
    return {place: text.encode() for place, text in texts.items()} | {f"autograder/{name}": content}


def _written(notebook: dict[str, Any]) -> str:
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _hypothesis() -> str:
    """Return the version of Hypothesis: another one draws other cases."""
    try:
        return version("hypothesis")
    except PackageNotFoundError:
        raise ValueError("assignment: hypothesis must be installed: pip install 'tinyconv[check]'") from None


def _filled(template: str, facts: dict[str, str]) -> str:
    for name, value in facts.items():
        template = template.replace(f"@{name}@", value)
    return template
