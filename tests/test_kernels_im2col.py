"""tinyconv.kernels.im2col: every entry is the right pixel."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import dtypes, seeds, values

from tinyconv.kernels import jit
from tinyconv.kernels.im2col import im2col, pad

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
        columns = im2col(padded, kernel, (SH, SW), ((0, 0), (0, 0)), (DH, DW), output)
    assert columns.shape == (*shape[:2], *kernel, *output)
    for n, c, kh, kw, oh, ow in np.ndindex(columns.shape):
        assert columns[n, c, kh, kw, oh, ow] == padded[n, c, oh * SH + kh * DH, ow * SW + kw * DW]


def test_pad_surrounds_with_zeros_and_does_not_copy_for_nothing():
    x = np.ones((1, 1, 2, 3), np.float32)
    padded = pad(x, ((1, 0), (0, 2)))
    assert padded.shape == (1, 1, 3, 5)
    assert padded.sum() == 6
    np.testing.assert_array_equal(padded[:, :, 1:3, 0:3], x)
    assert pad(x, ((0, 0), (0, 0))) is x
