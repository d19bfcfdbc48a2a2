"""tinyconv.kernels.layout: the one memory layout that kernels see."""

import numpy as np
import pytest

from tinyconv.kernels.layout import plain


@pytest.mark.parametrize(
    "awkward",
    [
        np.asfortranarray(np.ones((3, 4))),
        np.ones((3, 8))[:, ::2],
        np.broadcast_to(np.ones(4), (3, 4)),
        np.frombuffer(bytes(8 * 12 + 1), np.float64, offset=1, count=12).reshape(3, 4),
    ],
)
def test_every_layout_becomes_the_one_that_kernels_are_compiled_for(awkward):
    result = plain(awkward)
    assert result.flags.c_contiguous
    assert result.flags.writeable
    assert result.flags.aligned
    np.testing.assert_array_equal(result, awkward)


def test_plain_memory_is_not_copied():
    x = np.ones((3, 4), np.float32)
    assert plain(x) is x
