"""tutorials/TEACHING.md says what is: its mistakes are the catalogue's, its commands and names exist."""

import re
from pathlib import Path

import pytest

import tinyconv
from tinyconv import assignments
from tinyconv.__main__ import COMMANDS
from tinyconv.check import CATALOGUE
from tinyconv.commands.check import parts

TUTORIALS = Path(tinyconv.__file__).parent.parent / "tutorials"
PAGE = TUTORIALS / "TEACHING.md"
pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="an installed package has no tutorials beside it")


@pytest.fixture(scope="module")
def text():
    return PAGE.read_text(encoding="utf-8")


def section(text, title):
    return re.search(rf"^#+ {title}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL).group(1)


@pytest.mark.parametrize("name", assignments.names())
def test_the_mistakes_of_an_assignment_stand_in_the_catalogue_word_for_word(name, text):
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (.*) \|$", section(text, f"`{name}`"), re.MULTILINE)
    assert [(part, mistake, CATALOGUE[part][mistake].cause) for part, mistake, _ in rows] == rows
    asked = set(assignments.master(name).points) & set(CATALOGUE)
    assert {part for part, *_ in rows} == asked


def test_the_number_of_mistakes_is_right(text):
    [said] = re.findall(r"knows (\d+) classic mistakes", text)
    assert int(said) == sum(map(len, CATALOGUE.values()))
    named = {name for mistakes in CATALOGUE.values() for name in mistakes}
    assert {"input_overwritten", "cut_to_whole_numbers"} <= named


def test_every_notebook_has_its_week_and_every_assignment_too(text):
    weeks = section(text, "Four weeks")
    numbers = {int(number) for number in re.findall(r"`(\d\d)_\w+`", weeks)}
    assert numbers == set(range(1, 11))
    last = [row.split("|")[-2].strip(" `") for row in weeks.splitlines() if re.match(r"\| \d", row)]
    assert sorted(last) == list(assignments.names())


def test_every_notebook_that_is_there_is_named(text):
    for path in TUTORIALS.glob("[0-9][0-9]_*.ipynb"):
        assert f"`{path.stem}`" in text


def test_every_command_exists_and_its_parts_are_those_of_an_assignment(text):
    known = [assignments.master(name).points for name in assignments.names()]
    assert set(re.findall(r"python -m tinyconv (\w+)", text)) <= set(COMMANDS)
    assert [each for each in re.findall(r"--parts (\S+)", text) if parts(each) not in known] == []
    written = re.findall(r"^python -m tinyconv assignment (\w+)", text, re.MULTILINE)
    assert sorted(written) == list(assignments.names())
