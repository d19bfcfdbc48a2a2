"""tinyconv.check.grading, solution, gradescope, folder, and the command: a file's marks, and a folder's."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tinyconv
from tinyconv.__main__ import main
from tinyconv.check import CATALOGUE
from tinyconv.check.folder import mark_all
from tinyconv.check.gradescope import results
from tinyconv.check.grading import grade
from tinyconv.check.ledger import Ledger
from tinyconv.check.limits import Limits, can_cut_network
from tinyconv.check.submissions import fingerprint, submissions
from tinyconv.shapes import ShapeError

RELU = """
import numpy as np

def relu_forward(x):
    return np.maximum(x, 0)

def relu_backward(dout, cache):
    return dout * (cache >= 0)
"""
RIGHT = RELU.replace(">=", ">")
BOTH = {"relu_forward": 5, "relu_backward": 5}


def written(directory, name, source):
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return path


def notebook(*cells):
    code = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": ["# Title"]}, *code]})


def test_a_file_gets_points_for_every_part_it_holds(tmp_path):
    found = grade(written(tmp_path, "solution.py", RELU))
    forward, backward = found.marks
    assert (forward.score, forward.points) == (10, 10)
    assert backward.report.diagnosis == "gradient_at_zero"
    assert 0 < backward.score < 10
    assert (found.passed, found.reason) == (False, "")
    assert f"solution.py: {found.score:g} of 20 points" in found.text


def test_points_are_asked_for_parts_that_are_not_there(tmp_path):
    found = grade(written(tmp_path, "solution.py", RIGHT), {"relu_forward": 3, "film_forward": 7})
    assert [(mark.score, mark.report.kind) for mark in found.marks] == [(3, "right"), (0, "missing")]


@pytest.mark.parametrize(
    ("name", "source", "reason"),
    [
        ("solution.py", "", "solution.py is empty: there is no code in it"),
        ("solution.py", "# only a comment\n", "solution.py is empty"),
        ("solution.py", "def f(:\n", "solution.py, line 1: syntax error: "),
        ("solution.py", "x = '\\0'\n\0", "syntax error"),
        ("notes.ipynb", notebook(), "notes.ipynb is empty"),
        ("notes.ipynb", notebook("x = 1", "def f(:"), "notes.ipynb, code cell 2, line 1: syntax error: "),
        ("notes.ipynb", "{", "notes.ipynb is no notebook"),
        ("notes.ipynb", "[]", "notes.ipynb is no notebook"),
        ("missing.py", None, "missing.py cannot be read: No such file or directory"),
    ],
)
def test_a_file_without_code_gets_zero_and_a_reason(tmp_path, name, source, reason):
    path = tmp_path / name if source is None else written(tmp_path, name, source)
    found = grade(path, BOTH)
    assert (found.score, found.points, found.passed) == (0, 10, False)
    assert reason in found.reason
    assert reason in results(found)["output"]


def test_a_file_that_is_no_text_gets_a_reason(tmp_path):
    (tmp_path / "solution.py").write_bytes(b"\xff\xfe\x00")
    assert "no text in UTF-8" in grade(tmp_path / "solution.py", BOTH).reason


def test_a_file_without_a_known_name_gets_a_reason(tmp_path):
    found = grade(written(tmp_path, "solution.py", "x = 1"))
    assert (found.passed, found.points) == (False, 0)
    assert "holds no function of a name that a part knows" in found.reason


def test_what_comes_before_an_error_is_marked_and_the_error_is_shown(tmp_path):
    found = grade(written(tmp_path, "solution.py", RIGHT + "\n1 / 0\n"), BOTH)
    assert found.score == 10
    assert "ZeroDivisionError" in found.reason
    assert "line 10" in found.reason
    assert str(tmp_path) not in found.text


def test_a_notebook_s_cells_run_in_order_without_its_magics(tmp_path):
    magics = "%matplotlib inline\n!ls\nimport numpy as np\nnp?"
    cells = [
        magics,
        "%%bash\nrm -r nothing",
        "1 / 0",
        *RIGHT.split("\n\ndef ")[:1],
        "def " + RIGHT.split("\n\ndef ")[1],
    ]
    found = grade(written(tmp_path, "solution.ipynb", notebook(*cells)), {"relu_forward": 10})
    assert found.score == 10
    assert "code cell 3" in found.reason


def test_main_blocks_do_not_run_and_neighbours_can_be_imported(tmp_path):
    written(tmp_path, "helper.py", "import numpy as np\nrelu = lambda x: np.maximum(x, 0)\n")
    source = "from dataclasses import dataclass\nimport helper\n@dataclass\nclass A:\n    x: int = 0\n"
    source += "def relu_forward(x):\n    return helper.relu(x)\nif __name__ == '__main__':\n    1 / 0\n"
    found = grade(written(tmp_path, "solution.py", source))
    assert (found.score, found.reason) == (10, "")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("while True: print('x')", "did not come to its end in 1 seconds"),
        ("import os; os._exit(4)", "exit status 4"),
        ("import sys\n" + RIGHT + "\nsys.exit(1)", "SystemExit"),
        ("input('your name? ')", "EOFError"),
    ],
)
def test_a_file_that_does_not_end_well_gets_a_reason(tmp_path, source, said):
    found = grade(written(tmp_path, "solution.py", source), BOTH, limits=Limits(load=1.0))
    assert said in found.reason
    assert not found.passed or "SystemExit" in said


def test_a_backward_function_gets_the_cache_of_the_file_s_own_forward(tmp_path):
    source = RIGHT.replace("return np.maximum(x, 0)", "return np.maximum(x, 0), {'mask': x > 0}")
    source = source.replace("cache > 0", "cache['mask']")
    assert grade(written(tmp_path, "solution.py", source), BOTH).score == 10


@pytest.mark.skipif(not can_cut_network(), reason="this platform cannot cut the network off")
def test_a_file_has_no_network(tmp_path):
    source = RIGHT + "\nimport socket\nsocket.create_connection(('127.0.0.1', 9), 1)\n"
    assert "Network is unreachable" in grade(written(tmp_path, "solution.py", source)).reason


def test_gradescope_gets_one_test_per_part(tmp_path):
    found = results(grade(written(tmp_path, "solution.py", RELU), BOTH))
    assert [test["name"] for test in found["tests"]] == ["relu_forward", "relu_backward"]
    assert [test["max_score"] for test in found["tests"]] == [5, 5]
    assert found["score"] == sum(test["score"] for test in found["tests"]) < 10
    assert found["tests"][0]["status"] == "passed"
    assert "gradient at zero" in found["tests"][1]["output"]
    assert {test["visibility"] for test in found["tests"]} == {"visible"}


def test_the_command_prints_and_says_by_its_status_whether_all_is_right(tmp_path, capsys):
    path = written(tmp_path, "solution.py", RELU)
    assert main(["check", str(path)]) == 1
    assert "✗ relu_backward: gradient at zero" in capsys.readouterr().out
    assert (
        main(["check", str(written(tmp_path, "right.py", RIGHT)), "--parts", "relu_forward=2,relu_backward"])
        == 0
    )
    assert "right.py: 12 of 12 points" in capsys.readouterr().out


def test_the_command_writes_json_and_gradescope_s_file(tmp_path, capsys):
    path, out = written(tmp_path, "solution.py", RELU), tmp_path / "results.json"
    assert main(["check", str(path), "--json", "--gradescope", str(out), "--seed", "7"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [part["diagnosis"] for part in found["parts"]] == [None, "gradient_at_zero"]
    assert (found["seed"], found["points"]) == (7, 20)
    assert json.loads(out.read_text("utf-8"))["score"] == found["score"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["solution.py", "--parts", "conv3d"], "part (='conv3d') must be one of"),
        ([], "give one file, or a folder with --all"),
        (["--all", "nowhere"], "must be a folder of submissions"),
        (["--all", "nowhere", "--json"], "--json and --gradescope are of one file"),
    ],
)
def test_a_command_that_cannot_be_done_ends_with_status_1(arguments, said, capsys):
    assert main(["check", *arguments]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "parts", ["relu_forward=many", "relu_forward=0", "relu_forward=nan", "relu_forward=-1"]
)
def test_points_that_are_none_are_refused(parts, capsys):
    with pytest.raises(SystemExit):
        main(["check", "solution.py", "--parts", parts])
    assert "points" in capsys.readouterr().err.lower()


def test_without_hypothesis_the_command_says_what_to_install(tmp_path):
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from tinyconv.__main__ import main; sys.exit(main(['check', 'x.py']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(tinyconv.__file__).parent.parent,
        check=False,
    )
    assert done.returncode == 1
    assert "pip install 'tinyconv[check]'" in done.stderr


def folder_of(directory):
    written(directory, "ada.py", RIGHT)
    written(directory, "bob/solution.py", RELU)
    written(directory, "bob/notes.py", "1 / 0")
    written(directory, "cleo/one.py", "")
    written(directory, "cleo/two.py", "")
    written(
        directory, "dan.py", "import os, signal\ndef relu_forward(x): os.kill(os.getppid(), signal.SIGKILL)\n"
    )
    written(directory, "=eve.py", "def relu_forward(x):\n    while True: pass\n")
    written(directory, "fay.txt", "not handed in")
    written(directory, ".git/solution.py", RIGHT)
    (directory / "gus").mkdir()
    (directory / "link.py").symlink_to(directory / "ada.py")
    return directory


def test_a_folder_is_marked_and_no_submission_harms_another(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_TOKEN", "secret")
    folder, path = folder_of(tmp_path / "submissions"), tmp_path / "marks.csv"
    written(
        folder,
        "hal.py",
        RIGHT + "\nimport os\nassert 'COURSE_TOKEN' not in os.environ\nopen('own.txt', 'w')\n",
    )
    rows = {row["submission"]: row for row in mark_all(folder, path, BOTH, jobs=2, progress=False)}
    assert list(rows) == ["'=eve.py", "ada.py", "bob", "cleo", "dan.py", "gus", "hal.py"]
    assert (rows["ada.py"]["score"], rows["ada.py"]["reason"]) == ("10", "")
    assert rows["bob"]["relu_backward: diagnosis"] == "gradient_at_zero"
    assert rows["cleo"]["reason"] == "which file is the solution? one.py, two.py"
    assert (rows["dan.py"]["score"], rows["dan.py"]["reason"]) == ("0", "its marker was brought down")
    assert rows["'=eve.py"]["relu_forward: diagnosis"] == "hung"
    assert rows["gus"]["reason"] == "there is neither a .py nor an .ipynb"
    assert (rows["hal.py"]["score"], rows["hal.py"]["reason"]) == ("10", "")
    assert not (folder / "own.txt").exists()
    with path.open(newline="", encoding="utf-8") as file:
        assert [row["submission"] for row in csv.DictReader(file)] == list(rows)


def test_a_module_that_was_handed_in_is_not_the_marker_s(tmp_path):
    for name in ("tinyconv.py", "numpy.py", "json.py"):
        written(tmp_path / "submissions", f"mallory/{name}", "raise SystemExit('mine')")
    written(tmp_path / "submissions", "mallory/solution.py", "def relu_forward(x):\n    return x * (x > 0)\n")
    [row] = mark_all(tmp_path / "submissions", tmp_path / "marks.csv", BOTH, progress=False)
    assert (row["score"], row["reason"]) == ("5", "")


def test_a_folder_is_marked_again_only_where_something_changed(tmp_path, monkeypatch):
    folder, path = tmp_path / "submissions", tmp_path / "marks.csv"
    asked = []
    monkeypatch.setattr(
        "tinyconv.check.folder.marked", lambda each, *_: asked.append(each.name) or {"reason": ""}
    )
    for name in ("ada.py", "bob.py"):
        written(folder, name, RIGHT)
    mark_all(folder, path, progress=False)
    mark_all(folder, path, progress=False)
    assert sorted(asked) == ["ada.py", "bob.py"]
    written(folder, "bob.py", RELU)
    (folder / "ada.py").rename(folder / "eve.py")
    assert [row["submission"] for row in mark_all(folder, path, progress=False)] == ["bob.py", "eve.py"]
    assert sorted(asked[2:]) == ["bob.py", "eve.py"]
    mark_all(folder, path, seed=1, progress=False)
    assert len(asked) == 6
    with pytest.raises(ShapeError, match="holds the marks of other parts"):
        mark_all(folder, path, BOTH, progress=False)


def test_marks_known_so_far_are_in_the_file_when_somebody_interrupts(tmp_path, monkeypatch):
    folder, path = tmp_path / "submissions", tmp_path / "marks.csv"
    for name in ("ada.py", "bob.py"):
        written(folder, name, RIGHT)

    def marked(each, *_):
        if each.name == "bob.py":
            raise KeyboardInterrupt
        return {"reason": "", "score": 10}

    monkeypatch.setattr("tinyconv.check.folder.marked", marked)
    with pytest.raises(KeyboardInterrupt):
        mark_all(folder, path, progress=False)
    prints = {each.name: f"{fingerprint(each)}-0" for each in submissions(folder)}
    columns = path.read_text("utf-8").splitlines()[0].split(",")[1:-1]
    assert "bob.py" not in Ledger(path, columns, prints).rows


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="there is nothing to interrupt with")
def test_an_interrupt_ends_what_runs_at_once_and_the_next_run_goes_on(tmp_path):
    folder, path, said = tmp_path / "submissions", tmp_path / "marks.csv", tmp_path / "said"
    written(folder, "ada.py", RIGHT)
    endless = "    while True: pass\n"
    starts_another = (
        f"import os\nwith open({str(said)!r}, 'a') as file: print(os.getpid(), os.fork(), file=file)\n"
    )
    written(folder, "zoe.py", f"{RIGHT}{starts_another}if True:\n{endless}")
    command = [sys.executable, "-m", "tinyconv", "check", "--all", folder, "--csv", path, "--jobs", "1"]
    parts = ["--parts", "relu_forward"]
    root = {**os.environ, "PYTHONPATH": str(Path(tinyconv.__file__).parents[1])}
    with subprocess.Popen(
        [*command, *parts], env=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        while not said.exists() or len(said.read_text().split()) < 4:  # both halves of the fork have written
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=5)
    assert process.returncode == 130
    assert "the same command marks the rest" in out
    assert not list(filter(is_running, map(int, said.read_text().split())))
    assert "ada.py,10" in path.read_text("utf-8")
    assert "zoe.py" not in path.read_text("utf-8")


def is_running(process):
    """Zombies aside: whoever adopts them may take a while."""
    try:
        return process > 1 and Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_planted_mistake_earns_some_points_and_its_name(tmp_path):
    source = (
        "from tinyconv.check import CATALOGUE\nrelu_backward = CATALOGUE['relu_backward']['{}'].function()\n"
    )
    for name in CATALOGUE["relu_backward"]:
        found = grade(
            written(tmp_path, f"{name}.py", RIGHT.split("def relu_backward")[0] + source.format(name))
        )
        assert found.marks[1].report.diagnosis == name
        assert 10 <= found.score < 20
