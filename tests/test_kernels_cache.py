"""tinyconv.kernels.cache: compiled once, stale after any edit, and never in the way."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tinyconv

ONE_CONV = """
import numpy as np
from tinyconv.functional import conv2d_forward
print(conv2d_forward(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)))[0].ravel())
"""


def python(code: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(home), **environment},
        check=True,
    )


@pytest.fixture
def copy(tmp_path):
    package = Path(tinyconv.__file__).parent
    shutil.copytree(package, tmp_path / "tinyconv", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_first_call_says_that_it_compiles_and_the_next_process_does_not_compile(copy):
    first, second = python(ONE_CONV, copy), python(ONE_CONV, copy)
    assert first.stdout == second.stdout == "[4. 4. 4. 4.]\n"
    assert first.stderr.count("compiling kernels for this machine") == 1
    assert "compiling" not in second.stderr


def test_an_edited_helper_in_another_file_is_noticed(copy):
    """Numba alone would go on with the old machine code: the caller's own file has not changed."""
    kernels = copy / "tinyconv" / "kernels"
    (kernels / "helper.py").write_text("import numba\n\n@numba.njit\ndef factor():\n    return 1\n")
    panels = (kernels / "panels.py").read_text()
    edited = panels.replace("panel[k * R + m] = filters", "panel[k * R + m] = factor() * filters")
    assert edited != panels
    (kernels / "panels.py").write_text("from tinyconv.kernels.helper import factor\n" + edited)
    assert python(ONE_CONV, copy).stdout == "[4. 4. 4. 4.]\n"
    (kernels / "helper.py").write_text("import numba\n\n@numba.njit\ndef factor():\n    return 3\n")
    assert python(ONE_CONV, copy).stdout == "[12. 12. 12. 12.]\n"
    assert len(list((kernels / "__pycache__").glob("tinyconv-*"))) == 1, "older kernels pile up"


def test_without_a_writable_directory_it_works_uncached_and_says_so_once(copy):
    (copy / "a file").write_text("in the way")
    done = python(ONE_CONV, copy, NUMBA_CACHE_DIR=str(copy / "a file" / "cache"))
    assert done.stdout == "[4. 4. 4. 4.]\n"
    assert done.stderr.count("set NUMBA_CACHE_DIR to a writable directory") == 1


def test_kernels_with_checked_indices_are_kept_apart(copy):
    python(ONE_CONV, copy)
    assert "compiling" in python(ONE_CONV, copy, NUMBA_BOUNDSCHECK="1").stderr
    assert "compiling" not in python(ONE_CONV, copy).stderr


def test_the_directory_that_the_user_names_is_used(copy):
    python(ONE_CONV, copy, NUMBA_CACHE_DIR=str(copy / "mine"))
    assert list((copy / "mine").glob("tinyconv-*/serial/**/*.nbi"))
