"""A data set, a few images at a time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tinyconv.inspection.batches import batches
from tinyconv.metadata import attach


@given(st.integers(1, 9), st.integers(1, 10))
def test_every_image_comes_once_with_its_own_metadata(N, batch_size):
    images = np.arange(N, dtype=float).reshape(N, 1, 1, 1)
    metadata = attach([{"row": row} for row in range(N)], images.shape, "test")
    parts = list(batches(images, metadata, batch_size, "test", shown=False))
    assert np.concatenate([part for part, _ in parts]).ravel().tolist() == list(range(N))
    assert [one["row"] for _, own in parts for one in own] == list(range(N))
    assert max(len(part) for part, _ in parts) == min(N, batch_size)
