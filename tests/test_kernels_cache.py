"""tinyconv.kernels.cache: compiled once, stale after any edit, and never in the way."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tinyconv

ONE_CONV = """
import numpy as np
from tinyconv.functional import conv2d_forward
print(conv2d_forward(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)))[0].ravel())
"""

ONE_PRODUCT = """
import numpy as np
from tinyconv.functional import linear_forward
print(linear_forward(np.ones((1, 4)), np.ones((2, 4)))[0].ravel())
"""

SQUARES = """
import sys, time
import numpy as np
from numba.core.caching import IndexDataCacheFile
from tinyconv.kernels.jit import kernel
from tinyconv.kernels.share import share

load = IndexDataCacheFile._load_index

def slowly(self):
    index = load(self)
    time.sleep(0.15)  # others, who are as far, would take the same file name
    return index

IndexDataCacheFile._load_index = slowly

@kernel
def square(worker, workers, x, y):
    for i in share(x.size, worker, workers):
        y[i] = x[i] * x[i]

time.sleep(max(0, float(sys.argv[2]) - time.time()))
for kind in sys.argv[1]:
    x = np.arange(10, dtype=kind)
    y = np.zeros_like(x)
    square(x, y)
    assert (y == x * x).all(), kind
print(len(square.compiled.stats.cache_misses))
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
    linear = (kernels / "linear.py").read_text()
    edited = linear.replace("= sums[m * ld + i]", "= factor() * sums[m * ld + i]")
    assert edited != linear
    (kernels / "linear.py").write_text("from tinyconv.kernels.helper import factor\n" + edited)
    assert python(ONE_PRODUCT, copy).stdout == "[4. 4.]\n"
    (kernels / "helper.py").write_text("import numba\n\n@numba.njit\ndef factor():\n    return 3\n")
    assert python(ONE_PRODUCT, copy).stdout == "[12. 12.]\n"
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
    assert list((copy / "mine").glob("tinyconv-*/**/*.nbi"))


def test_a_process_goes_on_when_newer_sources_sweep_its_kernels_away(copy):
    sweep = "import shutil; from tinyconv.kernels import cache; shutil.rmtree(cache.DIRECTORY)"
    assert python(f"import tinyconv; {sweep}\n{ONE_CONV}", copy).stdout == "[4. 4. 4. 4.]\n"


def test_processes_that_compile_at_once_never_find_the_machine_code_of_another(copy):
    """Numba alone gives it the same file name now and then: later processes computed with the wrong one."""
    (copy / "squares.py").write_text(SQUARES)
    environment = {**os.environ, "PYTHONPATH": str(copy)}

    def start(kinds, when):
        command = [sys.executable, str(copy / "squares.py"), kinds, str(when)]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    soon = time.time() + 3
    missed = [process.communicate()[0] for process in [start(kind, soon) for kind in "fdl"]]
    assert missed == ["1\n"] * 3
    assert start("fdl", soon).communicate()[0] == "0\n", "something was lost, or is wrong"
