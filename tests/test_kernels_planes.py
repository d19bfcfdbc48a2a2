"""tinyconv.kernels.planes: every tap of every output finds its pixel, and vectors have room to overrun."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import dtypes, seeds, values

from tinyconv.functional import conv2d_backward, conv2d_forward
from tinyconv.kernels import jit
from tinyconv.kernels.host import HOST
from tinyconv.kernels.planes import SHARED, Phases, Planes, split
from tinyconv.kernels.tile import WIDEST

pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))
befores = st.tuples(st.integers(0, 3), st.integers(0, 3))


def planes_for(kernel, stride, dilation, before, outputs, width=None):
    axes = zip(kernel, stride, dilation, before, outputs, strict=True)
    rows, cols = (Phases.of(np.arange(k) * d - b, s, o) for k, s, d, b, o in axes)
    return Planes(rows, cols if width is None else cols.shared(width))


@given(pairs, pairs, pairs, befores, pairs, pairs, dtypes, seeds, st.booleans(), st.booleans())
def test_every_tap_of_every_output_finds_its_pixel(
    kernel, stride, dilation, before, outputs, size, dtype, seed, parallel, shared
):
    x = values(seed, (2, 3, *size), dtype, "plain")
    planes = planes_for(kernel, stride, dilation, before, outputs, size[1] if shared else None)
    with jit.force(parallel=parallel):
        flat = split(x, planes)
    assert flat.size == 2 * 3 * planes.size + SHARED + HOST.lanes(x.itemsize)
    for n, c, kh, kw, oh, ow in np.ndindex(2, 3, *kernel, *outputs):
        h = oh * stride[0] + kh * dilation[0] - before[0]
        w = ow * stride[1] + kw * dilation[1] - before[1]
        pixel = x[n, c, h, w] if 0 <= h < size[0] and 0 <= w < size[1] else 0
        place = (n * 3 + c) * planes.size + planes.places[kh, kw] + oh * planes.cols.length + ow
        assert flat[place] == pixel


def test_stride_1_has_one_phase_and_a_stride_beyond_the_kernel_skips_what_nobody_reads():
    assert planes_for((3, 3), (1, 1), (1, 1), (0, 0), (4, 4)).shape == (1, 1, 6, 6)
    assert planes_for((2, 1), (5, 5), (1, 1), (0, 0), (4, 4)).shape == (2, 1, 4, 4)


def test_the_zeros_behind_a_line_are_those_before_the_next_one():
    case = (3, 5), (1, 1), (1, 1), (1, 2), (4, 4)
    assert planes_for(*case).shape == (1, 1, 6, 8)
    assert planes_for(*case, width=4).shape == (1, 1, 6, 6)
    assert planes_for(*case, width=6).shape == (1, 1, 6, 8), "those are pixels"


def test_images_that_lie_like_that_already_are_not_copied():
    wide = np.zeros((2, 3, 4, WIDEST * HOST.lanes(4) + 2), np.float32)
    assert np.shares_memory(split(wide, planes_for((1, 1), (1, 1), (1, 1), (0, 0), wide.shape[2:])), wide)
    for case in (
        ((1, 1), (1, 1), (1, 1), (1, 0), wide.shape[2:]),  # padding
        ((1, 2), (1, 1), (1, 1), (0, 0), wide.shape[2:]),  # a second tap
        ((1, 1), (2, 1), (1, 1), (0, 0), (2, wide.shape[3])),  # a stride
    ):
        assert not np.shares_memory(split(wide, planes_for(*case)), wide)
    kernel_of_two = planes_for((1, 2), (1, 1), (1, 1), (0, 0), (4, wide.shape[3] - 1))
    assert not np.shares_memory(
        split(wide, kernel_of_two), wide
    )  # a row of outputs is less than the widest tile
    narrow = wide[..., 1:].copy()  # a tile would overrun the last image
    assert not np.shares_memory(
        split(narrow, planes_for((1, 1), (1, 1), (1, 1), (0, 0), narrow.shape[2:])), narrow
    )


@given(st.integers(1, 5 * HOST.lanes(4)), st.integers(1, 2), dtypes, seeds)
def test_no_tile_reads_beyond_the_callers_images(W, H, dtype, seed):
    x = np.random.default_rng(seed).integers(-9, 10, (1, 1, H, W)).astype(dtype)
    y, cache = conv2d_forward(x, np.full((1, 1, 1, 1), 2, dtype))  # indices are checked without the JIT
    dx, _, _ = conv2d_backward(x, cache)
    np.testing.assert_array_equal(y, 2 * x)
    np.testing.assert_array_equal(dx, 2 * x)
