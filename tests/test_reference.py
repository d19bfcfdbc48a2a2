"""tinyconv.reference: numbers worked out with a pencil, and no code shared with what it judges."""

import ast
from pathlib import Path

import numpy as np

from tinyconv import reference
from tinyconv.trace import SILENT

X = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]])  # (1, 1, 3, 3)
WEIGHT = np.array([[[[1.0, 0.0], [0.0, -2.0]]]])  # (1, 1, 2, 2)
NO_PADDING = ((0, 0), (0, 0))


def test_a_convolution_by_hand():
    y = reference.conv2d_forward(X, WEIGHT, np.array([0.5]), (1, 1), NO_PADDING, (1, 1), 1, (2, 2), SILENT)
    np.testing.assert_array_equal(y, [[[[1 - 10 + 0.5, 2 - 12 + 0.5], [4 - 16 + 0.5, 5 - 18 + 0.5]]]])


def test_its_gradients_by_hand():
    dy = np.array([[[[1.0, 0.0], [0.0, 3.0]]]])
    dx, dweight, dbias = reference.conv2d_backward(dy, X, WEIGHT, (1, 1), NO_PADDING, (1, 1), 1, SILENT)
    np.testing.assert_array_equal(dx, [[[[1, 0, 0], [0, -2 + 3, 0], [0, 0, -6]]]])
    np.testing.assert_array_equal(dweight, [[[[1 + 15, 2 + 18], [4 + 24, 5 + 27]]]])
    np.testing.assert_array_equal(dbias, [4])


def test_a_strided_padded_dilated_convolution_by_hand():
    """Taps two pixels apart on a frame of zeros: the corners of the frame meet the image's corners."""
    y = reference.conv2d_forward(
        X, np.ones((1, 1, 2, 2)), None, (2, 2), ((1, 1), (1, 1)), (2, 2), 1, (2, 2), SILENT
    )
    np.testing.assert_array_equal(y, [[[[5, 5], [5, 5]]]])


def test_a_pool_and_its_way_back_by_hand():
    y, indices = reference.max_pool2d_forward(X, (2, 2), (1, 1), NO_PADDING, (1, 1), (2, 2))
    np.testing.assert_array_equal(y, [[[[5, 6], [8, 9]]]])
    np.testing.assert_array_equal(indices, [[[[4, 5], [7, 8]]]])
    same = reference.max_pool2d_forward(np.zeros_like(X), (2, 2), (1, 1), NO_PADDING, (1, 1), (2, 2))[1]
    np.testing.assert_array_equal(same, [[[[0, 1], [3, 4]]]])
    overlapping = np.array([[[[4, 4], [4, 8]]]])
    dx = reference.max_pool2d_backward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), overlapping, (3, 3))
    np.testing.assert_array_equal(dx, [[[[0, 0, 0], [0, 6, 0], [0, 0, 4]]]])


def test_it_shares_no_code_with_what_it_judges():
    house = ("tinyconv.reference", "tinyconv.shapes", "tinyconv.trace")
    for path in Path(reference.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text())
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        ours = [name for name in imported if name.startswith("tinyconv")]
        assert [name for name in ours if not name.startswith(house)] == [], path.name
