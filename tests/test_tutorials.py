"""The tutorials keep their promises: a question, pictures, and three exercises that mark themselves."""

import ast
import json
import re
import runpy
from pathlib import Path

import pytest

import tinyconv

TUTORIALS = Path(tinyconv.__file__).parent.parent / "tutorials"
NOTEBOOKS = sorted(TUTORIALS.glob("*.ipynb"))
pytestmark = pytest.mark.skipif(
    not TUTORIALS.exists(), reason="an installed package has no tutorials beside it"
)
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
every_exercise = pytest.mark.parametrize(
    ("path", "number"), [(path, number) for path in NOTEBOOKS for number in range(3)], ids=str
)
MACHINE = re.compile(r"/tmp/|/home/|/root/|/usr/|/work/|/Users/|[A-Z]:\\\\|site-packages|0x[0-9a-f]{8,}")


def cells(path, kind=None, tag=None):
    """Return the cells of a notebook, of one kind ("code" or "markdown"), with a tag."""
    every = json.loads(path.read_text())["cells"]
    of_kind = [cell for cell in every if kind in (None, cell["cell_type"])]
    return [cell for cell in of_kind if tag is None or tag in cell["metadata"].get("tags", [])]


def source(cell):
    return "".join(cell["source"])


def outputs(path):
    return [output for cell in cells(path, "code") for output in cell["outputs"]]


def shown(code, names):
    """Run the code of a cell and return what its last line shows."""
    *body, last = ast.parse(code).body
    assert isinstance(last, ast.Expr)
    exec(compile(ast.Module(body, []), "<cell>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)


def report(path, number, answers=None):
    """Return what an exercise's check says to some answers, or to the stub."""
    names: dict = {}
    exec(source(cells(path, "code")[0]), names)  # an exercise needs the imports, and nothing of the story
    exec(source(cells(path, "code", "exercise")[number]), names)
    return shown(source(cells(path, "code", "check")[number]), names | (answers or {}))


@every_notebook
def test_a_notebook_opens_with_its_title_and_the_question_that_it_answers(path):
    title, question = source(cells(path)[0]).splitlines()[0], source(cells(path)[0])
    assert title.startswith(f"# {int(path.name[:2])}. ")
    assert re.search(r"^\*\*[^*\n]+\?\*\*$", question, re.MULTILINE), "a bold sentence that ends with ?"


@every_notebook
def test_a_notebook_fits_one_sitting(path):
    story = ["## Exercises" in source(cell) for cell in cells(path)].index(True)
    assert story <= 36
    assert all(len(source(cell).strip().splitlines()) <= 14 for cell in cells(path, "code"))
    assert path.stat().st_size <= 600 * 1024


@every_notebook
def test_a_notebook_is_committed_as_it_ran_from_clean_to_end(path):
    code = cells(path, "code")
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert [output for output in outputs(path) if output["output_type"] == "error"] == []
    assert [output for output in outputs(path) if output.get("name") == "stderr"] == []
    assert sum("image/png" in output.get("data", {}) for output in outputs(path)) >= 3


@every_notebook
def test_a_notebook_tells_nothing_of_the_machine_that_ran_it(path):
    notebook = json.loads(path.read_text())
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert [cell["id"] for cell in notebook["cells"]] == [
        f"cell-{number:02}" for number in range(1, len(notebook["cells"]) + 1)
    ]
    assert all(set(cell["metadata"]) <= {"tags"} for cell in notebook["cells"])
    texts = [
        str(value)
        for output in outputs(path)
        for kind, value in output.get("data", {}).items()
        if "image" not in kind
    ]
    texts += ["".join(output["text"]) for output in outputs(path) if "text" in output]
    assert [text for text in texts if MACHINE.search(text)] == []


@every_notebook
def test_every_picture_can_be_read_out(path):
    pictures = [output for output in outputs(path) if "image/png" in output.get("data", {})]
    assert all(output["metadata"]["image/png"]["alt"] for output in pictures)


@every_notebook
def test_three_exercises_have_a_stub_a_check_and_a_folded_hint(path):
    assert len(cells(path, "code", "exercise")) == len(cells(path, "code", "check")) == 3
    text = "\n".join(source(cell) for cell in cells(path, "markdown"))
    exercises = text[text.index("## Exercises") :]
    assert exercises.count("<details><summary>Hint</summary>") == 3
    assert len(re.findall(r"^### ", exercises, re.MULTILINE)) == 3


@every_exercise
def test_a_stub_is_told_that_it_is_not_written_yet(path, number):
    said = report(path, number)
    assert said.kind == "unfinished"
    assert "not written yet" in said.text


@every_exercise
def test_a_solution_passes_its_check(path, number):
    solved = runpy.run_path(str(TUTORIALS / "solutions" / f"{path.name[:2]}.py"))
    said = report(path, number, solved)
    assert said.passed, said.text


@every_notebook
def test_no_notebook_holds_its_solutions(path):
    solution = ast.parse((TUTORIALS / "solutions" / f"{path.name[:2]}.py").read_text())
    lines = {
        ast.unparse(line)
        for each in solution.body
        if isinstance(each, ast.FunctionDef)
        for line in each.body[1:]
    }
    story = {line.strip() for cell in cells(path, "code") for line in source(cell).splitlines()}
    assert not {line for line in lines if line.startswith("return ")} & story


def test_the_map_names_every_notebook_with_its_question():
    rows = re.findall(
        r"^\| \d+ \| \[.+\]\((.+)\) \| (.+) \| .+ \|$", (TUTORIALS / "README.md").read_text(), re.M
    )
    assert [name for name, _ in rows] == [path.name for path in NOTEBOOKS]
    for name, question in rows:
        assert f"**{question}**" in source(cells(TUTORIALS / name)[0])


def test_there_are_ten():
    assert [path.name[:2] for path in NOTEBOOKS] == [f"{number:02}" for number in range(1, 11)]
