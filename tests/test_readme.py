"""The README says what is: its example prints what it says, its commands exist, its files are there."""

import contextlib
import io
import re
from pathlib import Path

import pytest

import tinyconv

ROOT = Path(tinyconv.__file__).parent.parent
README = ROOT / "README.md"
pytestmark = pytest.mark.skipif(not README.exists(), reason="an installed package has no README beside it")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)


def test_the_example_prints_what_the_readme_says():
    [example], [printed, _] = blocks("python"), blocks("text")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(example, {})
    assert out.getvalue() == printed


def test_two_commands_do_all_the_setting_up():
    assert blocks("sh") == [
        "pip install -e . && python -m tinyconv demo\n",
        'pip install -e ".[test]" && pytest\n',
    ]


def test_every_file_that_the_readme_names_is_there():
    text = README.read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    named = [f"tinyconv/{name}" for name in re.findall(r"`((?:\w+/)+(?:\w+\.py)?)`", text)]
    assert links
    for path in links + [path for path in named if not path.startswith("tinyconv/benchmarks")]:
        assert (ROOT / path).exists(), path
