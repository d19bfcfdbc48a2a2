"""tinyconv.vectorised: what makes it a rung of its own."""

import numpy as np

from tinyconv import kernels, vectorised


def test_windows_are_a_view_and_no_copy():
    x = np.zeros((1, 1, 4, 4))
    seen = vectorised.windows(x, (2, 2), (1, 1), (1, 1), (3, 3))
    assert np.shares_memory(seen, x)
    assert seen.shape == (1, 1, 2, 2, 3, 3)


def test_the_rungs_have_the_same_names():
    for name in kernels.__all__:
        if name.endswith(("_forward", "_backward")) and not name.startswith("block"):
            assert hasattr(vectorised, name), name
