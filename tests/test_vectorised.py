"""tinyconv.vectorised: the column matrix and its transpose, rung against rung."""

import numpy as np
from hypothesis import given
from strategies import seeds
from test_kernels_im2col import cases

from tinyconv import kernels, vectorised
from tinyconv.kernels.im2col import col2im, im2col


@given(cases(), seeds)
def test_the_column_matrix_has_the_kernels_bits(case, seed):
    shape, kernel, stride, dilation, output = case
    padded = np.random.default_rng(seed).standard_normal(shape)
    ours = vectorised.im2col(padded, kernel, stride, dilation, 1, output)
    theirs = im2col(padded, kernel, stride, dilation, output)
    assert ours.shape == (shape[0], 1, shape[1] * kernel[0] * kernel[1], output[0] * output[1])
    assert ours.tobytes() == theirs.tobytes()


@given(cases(), seeds)
def test_its_transpose_too(case, seed):
    shape, kernel, stride, dilation, output = case
    columns = np.random.default_rng(seed).integers(-9, 10, (*shape[:2], *kernel, *output)).astype(float)
    ours = vectorised.col2im(columns, shape, kernel, stride, dilation)
    np.testing.assert_array_equal(ours, col2im(columns, shape[2:], stride, dilation))


def test_windows_are_a_view_and_no_copy():
    x = np.zeros((1, 1, 4, 4))
    seen = vectorised.windows(x, (2, 2), (1, 1), (1, 1), (3, 3))
    assert np.shares_memory(seen, x)
    assert seen.shape == (1, 1, 2, 2, 3, 3)


def test_the_rungs_have_the_same_names():
    for name in kernels.__all__:
        if name.endswith(("_forward", "_backward")):
            assert hasattr(vectorised, name), name
