"""tinyconv.kernels.convolution: what is told to a note, and what is not made without one."""

import numpy as np

from tinyconv import kernels
from tinyconv.kernels import convolution
from tinyconv.trace import SILENT, Recorder

GEOMETRY = (1, 1), ((1, 1), (1, 1)), (1, 1), 1  # stride, padding, dilation, groups
X, WEIGHT = np.ones((1, 2, 4, 4)), np.ones((3, 2, 3, 3))


def test_the_columns_are_made_only_to_be_looked_at(monkeypatch):
    recorder = Recorder()
    traced = kernels.conv2d_forward(X, WEIGHT, None, *GEOMETRY, (4, 4), recorder)
    assert list(recorder.arrays) == ["padded", "columns", "output"]
    product = WEIGHT.reshape(3, 18) @ recorder.arrays["columns"][0, 0]
    np.testing.assert_allclose(product.reshape(1, 3, 4, 4), traced)

    monkeypatch.setattr(convolution, "im2col", None)
    silent = kernels.conv2d_forward(X, WEIGHT, None, *GEOMETRY, (4, 4), SILENT)
    assert silent.tobytes() == traced.tobytes()
