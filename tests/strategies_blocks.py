"""What comes back to a block: any convolution, any pool without overlap, any winners."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import strategies as st
from strategies import dtypes, kinds, seeds, values

from tinyconv.kernels import bands
from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.host import HOST
from tinyconv.kernels.layout import Array
from tinyconv.kernels.patches import Patches, patches_of
from tinyconv.kernels.winners import Upstream

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))

bandings = st.fixed_dictionaries(
    {
        "CACHE": st.integers(1, 8000),  # few rows or many
        "LINE": st.sampled_from([0.01, 30, 10_000]),  # lines for each tap, or for all of a row
        "WORTH": st.sampled_from([1e-9, 0.98, 1e9]),  # one image, or all that fit abreast
    }
)


@contextmanager
def bands_chosen_with(**settings: float) -> Iterator[None]:
    """Let bands be cut as if the cache, or what something costs, were another."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setattr(bands, name, value)
        bands.forward_band.cache_clear()
        bands.backward_band.cache_clear()
        yield
    bands.forward_band.cache_clear()
    bands.backward_band.cache_clear()


class BlockCase(NamedTuple):
    """What the way back of a block is given, and how it shall run."""

    upstream: Upstream
    x: Array
    weight: Array
    geometry: Geometry
    parallel: bool
    cache: int  # bytes: how many rows a band may have
    filters: int  # at a time

    @property
    def parts(self) -> list[slice]:
        """The batch in two parts, where it has two images."""
        return [slice(0, 1), slice(1, len(self.x))][: len(self.x)]

    @property
    def layout(self) -> Patches:
        """How the images lie for the way back."""
        return patches_of(self.geometry, HOST.lanes(self.weight.itemsize))


@st.composite
def block_cases(draw: Any, fewest: int = 1) -> BlockCase:
    """Draw a case, whose filters have at least `fewest` channels."""
    dtype, seed, groups = draw(dtypes), draw(seeds), draw(st.integers(1, 2))
    lanes, rng = HOST.lanes(np.dtype(dtype).itemsize), np.random.default_rng(seed)
    C = draw(st.sampled_from([count for count in (1, 3, lanes, lanes + 3, 2 * lanes, 33) if count >= fewest]))
    kernel, stride, dilation, pool, windows = (draw(pairs) for _ in range(5))
    before = draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
    gap, more = (draw(st.tuples(st.integers(0, 1), st.integers(0, 1))) for _ in range(2))
    steps = tuple(k + extra for k, extra in zip(pool, gap, strict=True))
    size = tuple(w * s + extra for w, s, extra in zip(windows, steps, more, strict=True))
    axes = zip(size, stride, kernel, dilation, before, strict=True)
    smallest = [max(1, (o - 1) * s + (k - 1) * d + 1 - zeros) for o, s, k, d, zeros in axes]
    H, W = (side + draw(st.integers(0, 2)) for side in smallest)
    N, F = draw(st.integers(1, 3)), groups * draw(st.integers(1, 5))
    dy, y = (values(seed + i, (N, F, *windows), dtype, draw(kinds)) for i in range(2))
    winners = rng.integers(0, pool[0] * pool[1], dy.shape).astype(np.uint8)
    x = values(seed + 2, (N, groups * C, H, W), dtype, "plain")
    weight = values(seed + 3, (F, C, *kernel), dtype, "plain")
    upstream = Upstream(dy, y, winners, size, pool, steps)
    geometry = Geometry((F // groups, C, *kernel), stride, dilation, before, (H, W), size, groups)
    return BlockCase(
        upstream,
        x,
        weight,
        geometry,
        draw(st.booleans()),
        draw(st.integers(1, 20_000)),
        draw(st.integers(1, 6)),
    )


def gradients_of_the_output(upstream: Upstream) -> Array:
    """Return the gradient (N, F, OH, OW) by the convolution's output, put there window by window."""
    dy, y, winners, size, pool, stride = upstream
    dconv = np.zeros((*dy.shape[:2], *size), dy.dtype)
    for place in np.ndindex(dy.shape):
        kh, kw = divmod(int(winners[place]), pool[1])
        if not y[place] <= 0:
            dconv[place[0], place[1], place[2] * stride[0] + kh, place[3] * stride[1] + kw] = dy[place]
    return dconv
