"""The student's version of a notebook: solutions, outputs and counts taken out."""

import copy
from typing import Any

from tinyconv.shapes import ShapeError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"  # what nbgrader reads
STUB = ("# YOUR CODE HERE", "raise NotImplementedError")


def student_version(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a notebook in which every solution is a stub that raises NotImplementedError.

    Raises:
        ShapeError: a solution begins that doesn't end, or ends that didn't begin.
    """
    notebook = copy.deepcopy(notebook)
    for number, cell in enumerate(notebook["cells"], start=1):
        if cell["cell_type"] == "code":
            source = without_solutions("".join(cell["source"]), f"cell {number}")
            cell.update(source=source.splitlines(keepends=True), outputs=[], execution_count=None)
    return notebook


def without_solutions(source: str, where: str = "source") -> str:
    """Return code with a stub in the place of each solution, as deep as the solution stood.

    Raises:
        ShapeError: a solution begins that doesn't end, or ends that didn't begin.

    >>> print(without_solutions('''def double(x):
    ...     ### BEGIN SOLUTION
    ...     return 2 * x
    ...     ### END SOLUTION'''))
    def double(x):
        # YOUR CODE HERE
        raise NotImplementedError
    """
    kept: list[str] = []
    inside = False
    for number, line in enumerate(source.split("\n"), start=1):
        mark = line.strip()
        if mark in (BEGIN, END):
            if (mark == BEGIN) == inside:
                raise ShapeError(f"student_version: {where}, line {number}: {mark} must come in pairs")
            inside = mark == BEGIN
            indent = line[: len(line) - len(line.lstrip())]
            kept += [indent + stub for stub in STUB if inside]
        elif not inside:
            kept.append(line)
    if inside:
        raise ShapeError(f"student_version: {where}: {BEGIN} must be followed by {END}")
    return "\n".join(kept)
