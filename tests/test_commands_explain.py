"""python -m tinyconv explain: a page with one command."""

import re

import matplotlib.image
import numpy as np
import pytest

import tinyconv
from tinyconv.__main__ import main
from tinyconv.commands import demo
from tinyconv.commands import explain as command


@pytest.fixture
def weights(tmp_path):
    tinyconv.save(demo.build(seed=3), tmp_path / "digits.npz")
    return str(tmp_path / "digits.npz")


def test_without_an_image_it_takes_a_scene_of_digits(weights, tmp_path, capsys):
    out = tmp_path / "page.html"
    assert main(["explain", "--weights", weights, "--out", str(out)]) == 0
    assert re.search(rf"^wrote {re.escape(str(out))} \(\d\.\d MB\)", capsys.readouterr().out)
    assert '"name":"fc"' in out.read_text()


def test_an_image_of_one_s_own_is_shrunk_and_shown(weights, tmp_path):
    matplotlib.image.imsave(tmp_path / "own.png", np.random.default_rng(0).random((100, 80, 3)))
    out = tmp_path / "page.html"
    assert (
        main(["explain", "--weights", weights, "--image", str(tmp_path / "own.png"), "--out", str(out)]) == 0
    )
    assert '"name":"input","shape":[3,50,40]' in out.read_text()


def test_without_weights_it_trains_for_a_moment(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(command, "EPOCHS", 1)
    assert main(["explain", "--out", str(tmp_path / "page.html")]) == 0
    assert "training on" in capsys.readouterr().out


def test_a_sliding_network_says_of_8_by_8_pixels_what_the_network_says():
    network, rng = demo.build(seed=3), np.random.default_rng(0)
    x = rng.random((1, 3, 8, 8), np.float32)
    np.testing.assert_allclose(command.sliding(network)(x)[0][..., 0, 0], network(x)[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("flag", ["--image", "--weights"])
@pytest.mark.parametrize("content", [None, "no such thing"])
def test_a_file_that_is_missing_or_something_else_is_named(flag, content, weights, tmp_path, capsys):
    path = tmp_path / ("own.png" if flag == "--image" else "own.npz")
    if content:
        path.write_text(content)
    arguments = ["explain", "--weights", weights, flag, str(path), "--out", str(tmp_path / "page.html")]
    assert main(arguments) == 1
    assert re.search(rf"^python -m tinyconv explain: .*{path.name}", capsys.readouterr().err)
    assert not (tmp_path / "page.html").exists()
