"""tinyconv.kernels.geometry: what the arrays and the options of a convolution say, in one place."""

import numpy as np

from tinyconv.kernels.geometry import Axis, Geometry


def test_arrays_and_options_make_a_geometry():
    x, weight = np.zeros((2, 6, 9, 11)), np.zeros((8, 3, 5, 3))
    padding = (2, 1), (0, 3)
    geometry = Geometry.of(x, weight, (1, 2), padding, (1, 3), groups=2, outputs=(8, 4))
    assert geometry.filters == (4, 3, 5, 3)
    assert geometry.before == (2, 0)
    assert geometry.groups == 2
    rows, cols = geometry.axes
    assert rows == Axis(kernel=5, stride=1, dilation=1, before=2, size=9, outputs=8)
    assert cols == Axis(kernel=3, stride=2, dilation=3, before=0, size=11, outputs=4)
    assert rows.positions.tolist() == [-2, -1, 0, 1, 2]
    assert cols.positions.tolist() == [0, 3, 6]


def test_equal_geometries_are_one_key():
    """Plans and bands are kept under it."""
    x, weight = np.zeros((2, 3, 9, 11)), np.zeros((8, 3, 5, 3))
    options = (1, 1), ((0, 0), (0, 0)), (1, 1), 1, (5, 9)
    assert len({Geometry.of(x, weight, *options), Geometry.of(x + 1, weight, *options)}) == 1
