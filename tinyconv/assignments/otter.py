"""A master in the words of Otter, which reads one `#` where nbgrader reads three."""

import copy
from typing import Any

from tinyconv.assignments.student import BEGIN, END

CONFIG = "# ASSIGNMENT CONFIG\nstrip_solutions_from_all_cells: true\n"


def otter_version(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a master for `otter assign`, solutions and all.

    It begins with the raw cell that makes Otter take out the solutions; none of its own tests are in it, as
    `tinyconv.check` marks.
    """
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = [_one_sign(line) for line in "".join(cell["source"]).splitlines(keepends=True)]
    config = {"cell_type": "raw", "id": "assignment-config", "metadata": {}}
    notebook["cells"].insert(0, config | {"source": CONFIG.splitlines(keepends=True)})
    return notebook


def _one_sign(line: str) -> str:
    return line.replace("### ", "# ") if line.strip() in (BEGIN, END) else line
