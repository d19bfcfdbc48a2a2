"""The files around a handout, with @NAME@, @TITLE@, @PARTS@, @POINTS@ and @VERSION@ to be filled in."""

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
# Installs tinyconv for the autograder of "@TITLE@": once, when the image is built.
# A wheel of tinyconv that lies beside this file is preferred to the package index.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${PYTHON:-python3}  # 3.11 or newer
venv=${TINYCONV_VENV:-$here/venv}

wheel=$(find "$here" -maxdepth 1 -name 'tinyconv-*.whl' | head -n 1)
"$python" -m venv "$venv"
if [ -n "$wheel" ]; then what="$wheel[check]"; else what="tinyconv[check]==@VERSION@"; fi
"$venv/bin/python" -m pip install --quiet "$what"
"""

RUN_AUTOGRADER = """#!/usr/bin/env bash
# Marks one submission of "@TITLE@": submission/ in, results/results.json out.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
autograder=${AUTOGRADER:-/autograder}
venv=${TINYCONV_VENV:-$here/venv}
"$venv/bin/python" -c "import tinyconv" 2>/dev/null || bash "$here/setup.sh"

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
"$venv/bin/python" -P -m tinyconv check "$file" --parts @PARTS@ --gradescope "$results" || true
[ -s "$results" ]
"""
