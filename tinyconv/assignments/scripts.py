"""The files around a handout, with @NAME@, @TITLE@, @PARTS@, @POINTS@, @HYPOTHESIS@ to be filled in."""

CHECKS = '''"""The checks of "@TITLE@".

python -m pytest test_@NAME@.py      what is right, what is wrong, and why
"""

from pathlib import Path

import pytest

from tinyconv.check.grading import grade

POINTS = @POINTS@


@pytest.fixture(scope="module")
def marks():
    """Mark the notebook beside this file, once."""
    marked = grade(Path(__file__).with_name("@NAME@.ipynb"), POINTS)
    return {mark.report.part: mark for mark in marked.marks}


@pytest.mark.parametrize("part", POINTS)
def test_the_part_is_right(part, marks):
    """Show the marker's report on one part."""
    marks[part].report.require()
'''

SETUP = """#!/usr/bin/env bash
# Installs what marks "@TITLE@": once, when Gradescope builds the image.
# The wheel of tinyconv beside this file is the one that wrote it; Hypothesis is the one that drew its cases.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${PYTHON:-python3}

if ! "$python" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))'; then  # Ubuntu 22.04 has 3.10
  apt-get update && apt-get install --yes python3.11-venv
  python=python3.11
fi
"$python" -m venv "$here/venv"
"$here/venv/bin/python" -m pip install --quiet "$here"/tinyconv-*.whl hypothesis==@HYPOTHESIS@
"""

RUN_AUTOGRADER = """#!/usr/bin/env bash
# Marks one submission of "@TITLE@": submission/ in, results/results.json out.
# Gradescope runs a copy of this file, one folder higher: everything is found from the root.
set -euo pipefail
autograder=${AUTOGRADER:-/autograder}
python=$autograder/source/venv/bin/python
[ -x "$python" ] || bash "$autograder/source/setup.sh"

submission=$autograder/submission
file=$submission/@NAME@.ipynb
if [ ! -e "$file" ]; then  # renamed: the first notebook or Python file that was handed in
  found=$(find "$submission" -maxdepth 1 -type f \\( -name '*.ipynb' -o -name '*.py' \\) | sort | head -n 1)
  file=${found:-$file}
fi

results=$autograder/results/results.json
mkdir -p "$autograder/results"
rm -f "$results"
# -P: no file that was handed in is taken for a module of the marker's.
# The status is 1 where not everything is right: that is no failure of this script.
"$python" -P -m tinyconv check "$file" --parts @PARTS@ --gradescope "$results" || true
[ -s "$results" ]
"""
