"""tinyconv.assignments: a stub earns nothing, a solution everything, and a planted mistake gets its name."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import pytest

import tinyconv
from tinyconv import assignments
from tinyconv.__main__ import main
from tinyconv.check import CATALOGUE, PARTS
from tinyconv.check.grading import grade
from tinyconv.check.limits import Limits
from tinyconv.check.speed import RACES
from tinyconv.shapes import ShapeError

NAMES = assignments.names()
ROOT = Path(tinyconv.__file__).parent.parent
QUICK = Limits(shrinking=0.0, network=False)
PLANTED = {  # each mistake once, in the first assignment that has its part
    (part, mistake): name
    for name in reversed(NAMES)
    for part in assignments.master(name).points
    if part in PARTS
    for mistake in CATALOGUE[part]
}


def code(notebook):
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


@lru_cache
def handed_out(name):
    return assignments.student_version(assignments.master(name).notebook)


def written(path, notebook):
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def test_there_are_four():
    assert NAMES == ("convolution_and_pooling", "film", "im2col_and_speed", "metadata_through_layers")
    assert [sum(assignments.master(name).points.values()) for name in NAMES] == [100] * 4


@pytest.mark.parametrize("name", NAMES)
def test_every_part_is_known_and_its_points_are_said_in_the_text(name):
    master = assignments.master(name)
    text = "".join(
        "".join(cell["source"]) for cell in master.notebook["cells"] if cell["cell_type"] == "markdown"
    )
    assert set(master.points) <= {*PARTS, *RACES}
    assert [float(each) for each in re.findall(r"\((\d+) points\)", text)] == list(master.points.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_master_is_clean(name):
    notebook = assignments.master(name).notebook
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])


@pytest.mark.parametrize("name", NAMES)
def test_the_student_s_version_earns_zero_with_our_words(name, tmp_path):
    master = assignments.master(name)
    found = grade(written(tmp_path / "student.ipynb", handed_out(name)), master.points)
    assert (found.score, found.points, found.reason) == (0, 100, "")
    for mark in found.marks:
        assert mark.report.kind == "unfinished"
        assert mark.report.text.startswith(f"✗ {mark.report.part}: not written yet")


@pytest.mark.parametrize("name", NAMES)
def test_the_student_s_version_runs_from_clean_to_end(name):
    """As in a notebook, where `__name__` is "__main__" and `display` shows."""
    shown = []
    namespace = {"__name__": "__main__", "display": shown.append}
    for source in code(handed_out(name)):
        exec(source, namespace)
    assert [report.kind for report in shown] == ["unfinished"] * len(assignments.master(name).points)


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_a_solution_is_handed_out(name):
    master, stubs = assignments.master(name), "\n".join(code(handed_out(name)))
    solved = re.findall(
        r"### BEGIN SOLUTION\n(.*?)\n *### END SOLUTION", "\n".join(code(master.notebook)), re.DOTALL
    )
    assert len(solved) == len(set(master.points) & set(PARTS))
    assert "SOLUTION" not in stubs
    assert not [line for block in solved for line in block.splitlines() if line in stubs.splitlines()]
    assert stubs.count("    # YOUR CODE HERE\n    raise NotImplementedError") == len(solved)


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_earns_full_marks(name):
    master = assignments.master(name)
    found = grade(master.path, master.points)
    assert (found.score, found.passed, found.reason) == (100, True, ""), found.text


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_runs_in_a_notebook_and_its_checks_are_green(name, capsys):
    shown = []
    namespace = {"__name__": "__main__", "display": shown.append}
    for source in code(assignments.master(name).notebook):
        exec(source, namespace)
    assert all(shown), shown
    out = capsys.readouterr().out
    losses = [float(each) for each in re.findall(r"loss: (\d+\.\d+)", out)]
    assert losses == sorted(losses, reverse=True)
    assert ("the library agrees" in out) == (name == "metadata_through_layers")
    assert (len(losses) == 5) == (name == "film")


@pytest.mark.parametrize(("part", "mistake"), PLANTED, ids=lambda each: each)
def test_a_mistake_planted_in_the_solution_earns_some_points_and_its_name(part, mistake, tmp_path):
    master = assignments.master(PLANTED[part, mistake])
    planted = f"from tinyconv.check import CATALOGUE\n{part} = CATALOGUE['{part}']['{mistake}'].function()\n"
    cell = {"cell_type": "code", "source": [planted]}
    path = written(tmp_path / "planted.ipynb", {"cells": [*master.notebook["cells"], cell]})
    points = {each: worth for each, worth in master.points.items() if each in PARTS}
    found = grade(path, points, limits=QUICK)
    reports = {mark.report.part: mark.report for mark in found.marks}
    assert reports[part].diagnosis == mistake
    assert 0 < found.score < found.points


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("### BEGIN SOLUTION\nx = 1", "### BEGIN SOLUTION must be followed by ### END SOLUTION"),
        ("x = 1\n### END SOLUTION", "cell 1, line 2: ### END SOLUTION must come in pairs"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION", "line 2: ### BEGIN SOLUTION must come in pairs"),
    ],
)
def test_marks_that_do_not_pair_are_refused(source, said):
    with pytest.raises(ShapeError, match=re.escape(said)):
        assignments.student_version({"cells": [{"cell_type": "code", "source": [source]}]})


def test_the_master_is_not_changed_by_making_a_student_s_version():
    notebook = assignments.master("film").notebook
    before = json.dumps(notebook)
    assignments.student_version(notebook)
    assert json.dumps(notebook) == before


@pytest.mark.parametrize("name", NAMES)
def test_otter_s_version_is_the_master_with_one_sign_and_a_word_to_otter(name):
    master = assignments.master(name).notebook
    config, *cells = assignments.otter_version(master)["cells"]
    assert config["cell_type"] == "raw"
    assert "".join(config["source"]) == "# ASSIGNMENT CONFIG\nstrip_solutions_from_all_cells: true\n"
    assert [cell["id"] for cell in cells] == [cell["id"] for cell in master["cells"]]
    sources = ["\n".join(code({"cells": kind})) for kind in (cells, master["cells"])]
    assert sources[0] == re.sub("### (BEGIN|END) SOLUTION", r"# \1 SOLUTION", sources[1])
    assert sources[0].count("# BEGIN SOLUTION") == sources[1].count("### BEGIN SOLUTION") > 0


def test_the_command_writes_everything_and_says_how_to_mark(tmp_path, capsys):
    assert main(["assignment", "film", "--out", str(tmp_path / "film")]) == 0
    out = capsys.readouterr().out
    parts = "linear_forward=15,linear_backward=20,film_forward=25,film_backward=40"
    assert f"python -m tinyconv check --all SUBMISSIONS --csv marks.csv --parts {parts}\n" in out
    files = sorted(str(path.relative_to(tmp_path / "film")) for path in (tmp_path / "film").rglob("*.*"))
    wheel = f"autograder/tinyconv-{version('tinyconv')}-py3-none-any.whl"
    students = ["student/film.ipynb", "student/test_film.py"]
    assert files == ["autograder/setup.sh", wheel, "otter/film.ipynb", *students]
    assert os.access(tmp_path / "film/autograder/setup.sh", os.X_OK)
    assert os.access(tmp_path / "film/autograder/run_autograder", os.X_OK)


def test_nothing_is_overwritten(tmp_path, capsys):
    target = tmp_path / "student" / "film.ipynb"
    target.parent.mkdir()
    target.write_text("a student's work")
    assert main(["assignment", "film", "--out", str(tmp_path)]) == 1
    assert "film.ipynb is there already" in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["student", "film.ipynb"]
    assert target.read_text() == "a student's work"


def test_an_unknown_name_is_answered_with_those_there_are(tmp_path, capsys):
    assert main(["assignment", "poetry", "--out", str(tmp_path)]) == 1
    assert f"name (='poetry') must be one of {', '.join(NAMES)}" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_handed_out_checks_run_under_pytest(tmp_path):
    assignments.write("film", tmp_path)
    checks = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_film.py"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def outcome():
        return subprocess.run(
            checks, cwd=tmp_path / "student", env=environment, capture_output=True, text=True, check=False
        ).stdout

    assert "4 failed" in outcome()
    written(tmp_path / "student" / "film.ipynb", assignments.master("film").notebook)
    assert "4 passed" in outcome()


def test_the_autograder_takes_along_the_tinyconv_that_wrote_it_but_no_solution(tmp_path):
    *_, wheel = assignments.write("film", tmp_path / "film")
    home = tmp_path / "home"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--target",
        home,
        wheel,
    ]
    subprocess.run(pip, check=True, capture_output=True)
    package = Path(tinyconv.__file__).parent

    def sources(folder):
        return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.py")}

    assert sources(home / "tinyconv") == sources(package)
    assert (home / "tinyconv" / "py.typed").exists()
    assert list((home / "tinyconv" / "assignments").rglob("*.ipynb")) == []
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if "__pycache__" in name]
    solved = "from tinyconv import check, functional as F; print(check.film_forward(F.film_forward).passed)"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", f"import tinyconv; print(tinyconv.__file__); {solved}"],
        env={**os.environ, "PYTHONPATH": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == [str(home / "tinyconv" / "__init__.py"), "True"]


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def gradescope(root, name):
    """Lay out an assignment's autograder as Gradescope does, with a copy of run_autograder above source/."""
    assignments.write(name, root / "handout")
    (root / "submission").mkdir()
    (root / "handout" / "autograder").rename(root / "source")
    shutil.copy(root / "source" / "run_autograder", root)
    return root


@pytest.mark.skipif(os.name != "posix", reason="the autograder is a shell script")
@pytest.mark.parametrize("old", [False, True])
def test_setup_installs_the_wheel_and_the_hypothesis_that_wrote_it(old, tmp_path):
    root, said = gradescope(tmp_path / "box", "film"), tmp_path / "said"
    makes_a_python = f'mkdir -p "$3/bin"; printf \'#!/bin/sh\\necho "$*" >> {said}\' > "$3/bin/python"'
    new = f'if [ "$2" = venv ]; then {makes_a_python}; chmod +x "$3/bin/python"; fi'
    script(tmp_path / "bin" / "python3", "exit 1" if old else new)
    script(tmp_path / "bin" / "python3.11", new)
    script(tmp_path / "bin" / "apt-get", f'echo "apt-get $*" >> {said}')
    environment = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    subprocess.run([root / "source" / "setup.sh"], env=environment, check=True, capture_output=True)
    wheel = root / "source" / f"tinyconv-{version('tinyconv')}-py3-none-any.whl"
    fetched = ["apt-get update", "apt-get install --yes python3.11-venv"] if old else []
    installed = f"-m pip install --quiet {wheel} hypothesis=={version('hypothesis')}"
    assert said.read_text().splitlines() == [*fetched, installed]


@pytest.mark.skipif(os.name != "posix", reason="the autograder is a shell script")
@pytest.mark.parametrize("handed_in", ["film.ipynb", "my homework (2).ipynb", None])
def test_the_autograder_marks_a_submission(handed_in, tmp_path):
    root = gradescope(tmp_path / "box", "film")
    installed = f'PYTHONPATH="{ROOT}" exec "{sys.executable}" "$@"'  # in the place of what setup.sh installs
    script(root / "source" / "venv" / "bin" / "python", installed)
    if handed_in:
        written(root / "submission" / handed_in, assignments.master("film").notebook)
    environment = {**os.environ, "AUTOGRADER": str(root)}
    subprocess.run([root / "run_autograder"], env=environment, check=True, capture_output=True)
    results = json.loads((root / "results" / "results.json").read_text("utf-8"))
    assert results["score"] == (100 if handed_in else 0)
    assert [test["max_score"] for test in results["tests"]] == [15, 20, 25, 40]
    assert handed_in or "film.ipynb cannot be read" in results["output"]
