"""tinyconv.functional.im2col against PyTorch's unfold and fold, on all three rungs."""

import numpy as np
import pytest
import pytorch
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import dtypes, engines, images, int_or_pair, seeds

from tinyconv import ShapeError, set_engine
from tinyconv.functional import col2im, im2col
from tinyconv.kernels import jit


@st.composite
def cases(draw):
    """Draw images and a window that fits."""
    x = draw(images(draw(st.integers(1, 3)), draw(dtypes), smallest=3))
    assume(len(x))  # PyTorch's fold takes no empty batch
    options = {
        "kernel_size": draw(int_or_pair(1, 3)),
        "stride": draw(int_or_pair(1, 3)),
        "padding": draw(int_or_pair(1, 2)),
        "dilation": draw(int_or_pair(1, 2)),
    }
    return x, options


@given(cases(), engines, st.booleans())
def test_im2col_is_pytorchs_unfold(case, engine, parallel):
    x, options = case
    with set_engine(engine), jit.force(parallel=parallel):
        columns = im2col(x, **options)
    expected = torch.nn.functional.unfold(torch.from_numpy(np.array(x, order="C")), **options)
    pytorch.assert_same(columns, expected, "columns", rounding=0)


@given(cases(), engines, seeds, st.booleans())
def test_col2im_is_pytorchs_fold(case, engine, seed, parallel):
    x, options = case
    columns = pytorch.upstream(im2col(x, **options), seed)
    with set_engine(engine), jit.force(parallel=parallel):
        added = col2im(columns, x.shape[2:], **options)
    expected = torch.nn.functional.fold(torch.from_numpy(columns), x.shape[2:], **options)
    pytorch.assert_same(added, expected, "images")


def test_im2col_and_col2im_name_the_argument_its_value_and_the_rule():
    x = np.zeros((1, 2, 4, 4))
    with pytest.raises(ShapeError, match=r"im2col: kernel_size \(=5\)"):
        im2col(x, 5)
    with pytest.raises(ShapeError, match=r"col2im: columns \(shape=\(1, 8, 4\)\) must be \(1, 8, 9\)"):
        col2im(np.zeros((1, 8, 4)), (4, 4), 2)
    with pytest.raises(ShapeError, match=r"col2im: columns \(shape=\(1, 7, 9\)\) must be \(1, 4, 9\)"):
        col2im(np.zeros((1, 7, 9)), (4, 4), 2)
