from matplotlib.lines import Line2D
from matplotlib.patheffects import Normal

from tinyconv.plot.halo import Halo, halo, scale_halo


def test_a_halo_is_wider_than_its_line_and_lies_beneath():
    below, above = halo(2, 1)
    assert below.width == 3
    assert type(above) is Normal


def test_no_halo_is_the_line_alone():
    assert [type(effect) for effect in halo(2, 0)] == [Normal]


def test_a_halo_is_scaled_with_its_line():
    line = Line2D([0, 1], [0, 1], path_effects=halo(2, 1))
    scale_halo(line, 0.5)
    below, above = line.get_path_effects()
    assert isinstance(below, Halo)
    assert below.width == 1.5
    assert type(above) is Normal


def test_a_line_without_halo_stays_as_it_is():
    line = Line2D([0, 1], [0, 1])
    scale_halo(line, 0.5)
    assert not line.get_path_effects()
