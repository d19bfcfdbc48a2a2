"""tinyconv.kernels.convolution: what stands around the matrix product."""

import numpy as np

from tinyconv import kernels

GEOMETRY = (1, 1), ((1, 1), (1, 1)), (1, 1), 1  # stride, padding, dilation, groups


def test_every_intermediate_is_told_and_taken_back():
    """A note returns its array: what it returns is what the run goes on with, so a trace cannot lie."""
    x, weight = np.ones((1, 2, 4, 4)), np.ones((3, 2, 3, 3))
    told = []

    def double(name, array):
        told.append(name)
        return 2 * array

    plain = kernels.conv2d_forward(x, weight, None, *GEOMETRY, (4, 4), lambda name, array: array)
    doubled = kernels.conv2d_forward(x, weight, None, *GEOMETRY, (4, 4), double)
    assert told == ["padded", "columns", "output"]
    np.testing.assert_array_equal(doubled, 8 * plain)

    told.clear()
    dx, _, _ = kernels.conv2d_backward(plain, x, weight, *GEOMETRY, lambda name, array: array)
    noted, _, _ = kernels.conv2d_backward(plain, x, weight, *GEOMETRY, double)
    assert told == ["dcolumns", "dpadded"]
    np.testing.assert_array_equal(noted, 4 * dx)
