"""tinyconv.kernels.im2col: every entry is the right pixel, and col2im is its transpose."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import dtypes, seeds, values

from tinyconv.kernels import jit
from tinyconv.kernels.im2col import col2im, im2col, pad

numbers = st.integers(1, 3)


@st.composite
def cases(draw):
    """Draw a padded size in which the windows fit, with room to spare."""
    kernel, stride, dilation = ((draw(numbers), draw(numbers)) for _ in range(3))
    output = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    size = tuple(
        (o - 1) * s + d * (k - 1) + 1 + draw(st.integers(0, 2))
        for k, s, d, o in zip(kernel, stride, dilation, output, strict=True)
    )
    return (draw(st.integers(0, 2)), draw(numbers), *size), kernel, stride, dilation, output


@given(cases(), dtypes, seeds, st.booleans())
def test_a_column_holds_the_patch_under_its_output_pixel(case, dtype, seed, parallel):
    shape, kernel, (SH, SW), (DH, DW), output = case
    padded = values(seed, shape, dtype, "plain")
    with jit.force(parallel=parallel):
        columns = im2col(padded, kernel, (SH, SW), (DH, DW), output)
    assert columns.shape == (*shape[:2], *kernel, *output)
    for n, c, kh, kw, oh, ow in np.ndindex(columns.shape):
        assert columns[n, c, kh, kw, oh, ow] == padded[n, c, oh * SH + kh * DH, ow * SW + kw * DW]


@given(cases(), seeds, st.booleans())
def test_col2im_is_the_transpose_of_im2col(case, seed, parallel):
    """⟨im2col(x), c⟩ = ⟨x, col2im(c)⟩ for all x and c is what a transpose is; whole numbers make it exact."""
    shape, kernel, stride, dilation, output = case
    rng = np.random.default_rng(seed)
    x = rng.integers(-9, 10, shape).astype(np.float64)
    c = rng.integers(-9, 10, (*shape[:2], *kernel, *output)).astype(np.float64)
    with jit.force(parallel=parallel):
        there = (im2col(x, kernel, stride, dilation, output) * c).sum()
        back = (x * col2im(c, shape[2:], stride, dilation)).sum()
    assert there == back


def test_pad_surrounds_with_zeros_and_does_not_copy_for_nothing():
    x = np.ones((1, 1, 2, 3), np.float32)
    padded = pad(x, ((1, 0), (0, 2)))
    assert padded.shape == (1, 1, 3, 5)
    assert padded.sum() == 6
    np.testing.assert_array_equal(padded[:, :, 1:3, 0:3], x)
    assert pad(x, ((0, 0), (0, 0))) is x
