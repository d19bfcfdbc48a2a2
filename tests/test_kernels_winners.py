"""tinyconv.kernels.winners: both layouts hold the gradient of the convolution's output."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import dtypes, seeds, values

from tinyconv.kernels import jit
from tinyconv.kernels.outer import turn_gradients
from tinyconv.kernels.planes import split
from tinyconv.kernels.plans import backward_plan
from tinyconv.kernels.winners import Upstream

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@given(
    st.integers(1, 2),
    st.integers(1, 20),
    pairs,
    pairs,
    pairs,
    st.integers(0, 3),
    st.booleans(),
    dtypes,
    seeds,
)
def test_both_layouts_are_those_of_the_gradient_itself(
    groups, filters, windows, pool, gap, more, parallel, dtype, seed
):
    rng = np.random.default_rng(seed)
    shape = 2, groups * filters, *windows
    stride = pool[0] + gap[0] - 1, pool[1] + gap[1] - 1
    size = windows[0] * stride[0] + more, windows[1] * stride[1] + more
    dy, y = (values(seed, shape, dtype, kind) for kind in ("plain", "ties"))
    winners = rng.integers(0, pool[0] * pool[1], shape).astype(np.uint8)

    dconv = np.zeros((2, groups * filters, *size), dtype)
    for place in np.ndindex(shape):
        kh, kw = divmod(int(winners[place]), pool[1])
        if y[place] > 0:
            dconv[place[0], place[1], place[2] * stride[0] + kh, place[3] * stride[1] + kw] = dy[place]

    planes = backward_plan((filters, 1, 3, 2), (1, 2), (2, 1), (1, 0), (size[0] + 2, 2 * size[1] + 1)).planes
    expected = split(dconv, planes).copy(), turn_gradients(dconv, groups).copy()
    with jit.force(parallel=parallel):
        upstream = Upstream(dy, y, winners, size, pool, stride)
        ours = upstream.in_planes(slice(None), planes), upstream.turned(slice(None), groups)
    for array, other in zip(ours, expected, strict=True):
        np.testing.assert_array_equal(array, other)
