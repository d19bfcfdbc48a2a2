import numpy as np
from matplotlib.colors import to_hex
from strategies_plot import blank_axes, nothing_global_changes  # noqa: F401

from tinyconv.plot.board import draw_board, painted


def test_a_board_covers_its_cells_from_its_corner_on():
    ax, faces = blank_axes(), painted((2, 3), "#123456")
    faces[1, 2] = (1, 0, 0, 1)
    draw_board(ax, faces, left=-1, top=-2)
    assert (ax.get_xlim(), ax.get_ylim()) == ((-1, 2), (0, -2))
    image = ax.images[0]
    assert image.get_extent() == [-1, 2, 0, -2]
    assert to_hex(image.get_array()[0, 0]) == "#123456"
    assert image.get_array()[1, 2].tolist() == [1, 0, 0, 1]


def test_lines_part_all_cells():
    ax = blank_axes()
    draw_board(ax, painted((2, 3), "white"))
    edges = np.array(ax.collections[0].get_segments())  # (S, 2, 2)
    across, upright = edges[edges[:, 0, 1] == edges[:, 1, 1]], edges[edges[:, 0, 0] == edges[:, 1, 0]]
    assert sorted(across[:, 0, 1]) == [0, 1, 2]
    assert sorted(upright[:, 0, 0]) == [0, 1, 2, 3]
