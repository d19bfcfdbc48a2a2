"""The house keeps its shape: floors, budgets, and what an import may cost."""

import ast
import importlib
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import tinyconv

PACKAGE = Path(tinyconv.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))


def functions(path):
    """Yield (name, lines without the docstring) of every function in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            lines = node.end_lineno - node.lineno + 1
            if ast.get_docstring(node):
                lines -= node.body[0].end_lineno - node.body[0].lineno + 1
            yield node.name, lines


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_holds_one_subject(path):
    assert len(path.read_text().splitlines()) <= 250
    assert [name for name, lines in functions(path) if lines > 40] == []


def test_the_median_function_is_short():
    assert statistics.median(lines for path in FILES for _, lines in functions(path)) <= 10


def test_arrows_go_down_only():
    lint = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
        check=False,
    )
    assert lint.returncode == 0, lint.stdout + lint.stderr


def test_import_needs_numpy_and_numba_only():
    code = (
        "import sys, tinyconv; "
        "print([name for name in ('matplotlib', 'torch', 'hypothesis', 'tqdm') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.name == "__init__.py"], ids=lambda path: path.parent.name
)
def test_what_a_package_offers_is_there(path):
    name = ".".join(path.parent.relative_to(PACKAGE.parent).parts)
    package = importlib.import_module(name)
    assert [offered for offered in getattr(package, "__all__", []) if not hasattr(package, offered)] == []


def test_every_module_has_its_test():
    """A test file is named after a module, after its folder, or after the operation that a floor shares."""
    tests = [path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")]
    for path in FILES:
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[-1].startswith(("__", "make_")):
            continue
        assert any(name in ("_".join(parts), parts[0]) or name.endswith("_" + parts[-1]) for name in tests), (
            f"{'/'.join(parts)}.py has no test file"
        )
