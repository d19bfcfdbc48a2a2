"""Six small pictures as they looked when a person last looked at them.

After a change that is meant, draw them anew and look at each: ``python tests/test_plot_baselines.py``.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.image import imread
from strategies_displays import DISPLAYS
from strategies_plot import nothing_global_changes  # noqa: F401

FOLDER = Path(__file__).with_name("baselines")
NAMES = ["arithmetic", "columns", "health", "history", "partial products", "switches"]
DPI, TOLERANCE = 60, 0.04  # root mean square of the difference, colours being 0 to 1


def draw(name, path):
    figure = DISPLAYS[name]().figure_
    figure.savefig(path, dpi=DPI, facecolor=figure.get_facecolor())
    plt.close(figure)
    return path


def difference(one, other):
    one, other = imread(one), imread(other)
    assert one.shape == other.shape
    return np.sqrt(((one - other) ** 2).mean())


def baseline(name):
    return FOLDER / f"{name.replace(' ', '_')}.png"


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_looks_as_it_did(name, tmp_path):
    assert difference(draw(name, tmp_path / "now.png"), baseline(name)) < TOLERANCE


def test_another_picture_is_noticed(tmp_path):
    now = draw("history", tmp_path / "now.png")
    picture = imread(now)
    picture[20:120, 60:220, :3] = 0
    plt.imsave(tmp_path / "damaged.png", picture)
    assert difference(tmp_path / "damaged.png", baseline("history")) > TOLERANCE


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in NAMES:
        print(draw(each, baseline(each)))
