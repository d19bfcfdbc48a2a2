"""tinyconv.commands: what a person types."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tinyconv
from tinyconv.__main__ import main
from tinyconv.commands import demo, info

ROOT = Path(tinyconv.__file__).parent.parent


def test_the_demo_trains_saves_and_draws(tmp_path, capfd):
    assert main(["demo", "--epochs", "1", "--out", str(tmp_path / "results")]) == 0
    out, err = capfd.readouterr()
    assert re.fullmatch(r"test accuracy: \d+\.\d %", out.splitlines()[-1])
    assert re.search(r"^lower half .*: \d+\.\d % from the image alone, \d+\.\d % where", out, re.MULTILINE)
    assert "epoch 1/1" in err
    assert (tmp_path / "results" / "through_the_layers.png").read_bytes().startswith(b"\x89PNG")
    network = demo.build(seed=1)
    tinyconv.load_weights(network, tmp_path / "results" / "digits.npz")


@pytest.mark.parametrize("seed", range(5))
def test_the_demo_reaches_97_percent_on_every_seed(seed):
    _, accuracy = demo.train(demo.EPOCHS, seed, progress=False)
    assert accuracy >= 0.97


def test_metadata_help_the_demo_s_network():
    found = [demo.compare_half_hidden(demo.HALF_HIDDEN_EPOCHS, seed) for seed in (0, 1)]
    gains = [reading - alone for alone, reading in found]
    assert sum(gains) / 2 >= 0.03  # measured 0.067 and 0.039


def test_info_tells_what_a_bug_report_needs(capsys):
    assert main(["info"]) == 0
    out = capsys.readouterr().out
    for fact in ("python", "numba", "numpy", "threads", "threading layer", "kernel cache", "platform"):
        assert re.search(rf"^{fact}  +\S", out, re.MULTILINE), fact
    assert info.collect()["threads"] == str(tinyconv.get_num_threads())


def test_warmup_shows_its_progress_and_says_where_kernels_are_kept(capsys):
    assert main(["warmup"]) == 0
    out, err = capsys.readouterr()
    assert re.search(r"(\d+)/\1, ready", err)
    assert re.match(r"all kernels are compiled \(\d+\.\d s\); (kept in|not kept)", out)


@pytest.mark.parametrize(
    "arguments", [[], ["dance"], ["demo", "--epochs", "many"], ["demo", "--epochs", "-1"]]
)
def test_a_wrong_command_line_ends_with_status_2_and_says_what_there_is(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m tinyconv" in capsys.readouterr().err


def test_a_directory_that_cannot_be_made_is_said_before_any_training(tmp_path, capsys):
    (tmp_path / "taken").write_text("a file")
    assert main(["demo", "--out", str(tmp_path / "taken")]) == 1
    out, err = capsys.readouterr()
    assert err.startswith("python -m tinyconv demo: ")
    assert "taken" in err
    assert out == ""


def test_it_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "tinyconv", "info"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert "kernel cache" in done.stdout
