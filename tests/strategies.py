"""What the property tests draw: every degree of freedom that a caller has."""

from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from tinyconv.shapes import Array

dtypes = st.sampled_from([np.float32, np.float64])
engines = st.sampled_from(["loops", "numpy", "numba"])
seeds = st.integers(0, 2**32 - 1)


def _fortran(x: Array) -> Array:
    return np.asfortranarray(x)


def _every_second(x: Array) -> Array:
    spread = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    spread[..., ::2] = x
    return spread[..., ::2]


def _reversed(x: Array) -> Array:
    return x[..., ::-1].copy()[..., ::-1]


def _channels_last(x: Array) -> Array:
    return np.moveaxis(np.moveaxis(x, 1, -1).copy(), -1, 1)


def _read_only(x: Array) -> Array:
    copy = x.copy()
    copy.flags.writeable = False
    return copy


def _unaligned(x: Array) -> Array:
    buffer = np.zeros(x.nbytes + 1, np.uint8)
    view = buffer[1:].view(x.dtype).reshape(x.shape)
    view[...] = x
    return view


layouts = st.sampled_from(
    [np.ascontiguousarray, _fortran, _every_second, _reversed, _channels_last, _read_only, _unaligned]
)


def values(seed: int, shape: tuple[int, ...], dtype: Any, kind: str) -> Array:
    """Return an array of one kind: plain, ties and exact zeros, negative, or with NaN and ±inf."""
    rng = np.random.default_rng(seed)
    if kind == "ties":
        return rng.integers(-1, 2, shape).astype(dtype)
    x = rng.standard_normal(shape)
    if kind == "negative":
        x = -abs(x) - 1
    if kind == "special":
        special = rng.choice([np.nan, np.inf, -np.inf, 0.0], shape)
        x = np.where(rng.random(shape) < 0.2, special, x)
    return x.astype(dtype)


kinds = st.sampled_from(["plain", "ties", "negative", "special"])


@st.composite
def images(draw: Any, channels: int, dtype: Any, smallest: int = 1, largest: int = 8) -> Array:
    """Draw images (N, C, H, W) of any values and any layout, a zero-size batch among them."""
    shape = (
        draw(st.integers(0, 3)),
        channels,
        draw(st.integers(smallest, largest)),
        draw(st.integers(smallest, largest)),
    )
    return draw(layouts)(values(draw(seeds), shape, dtype, draw(kinds)))


def int_or_pair(low: int, high: int) -> st.SearchStrategy[Any]:
    """Draw what PyTorch takes for both axes: one int, or two."""
    number = st.integers(low, high)
    return number | st.tuples(number, number)


def both(value: Any) -> tuple[int, int]:
    """Return (rows, columns) for an int or a pair."""
    return value if isinstance(value, tuple) else (value, value)


class ConvCase(NamedTuple):
    """The arguments of one convolution."""

    x: Array
    weight: Array
    bias: Array | None
    stride: Any
    padding: Any
    dilation: Any
    groups: int


@st.composite
def conv_cases(draw: Any) -> ConvCase:
    """Draw a convolution that is possible: whatever does not fit is padded until it does.

    Some images are narrow, some are lost in their padding; filters fill less than a tile, or more.
    """
    dtype, groups = draw(dtypes), draw(st.integers(1, 3))
    kernel, dilation = draw(int_or_pair(1, 3)), draw(int_or_pair(1, 2))
    extents = [d * (k - 1) + 1 for k, d in zip(both(kernel), both(dilation), strict=True)]
    any_size, narrow = images(groups, dtype), images(groups, dtype, 24, 32).map(lambda x: x[..., :1])
    large = images(groups * draw(st.integers(1, 2)), dtype, smallest=max(extents))
    x = draw(large | any_size | narrow)
    stride = draw(int_or_pair(1, 3))
    side = st.tuples(st.integers(0, 3), st.integers(0, 3))
    named = ["valid", "same"] if both(stride) == (1, 1) else ["valid"]
    padding = draw(int_or_pair(0, 3) | int_or_pair(0, 9) | st.tuples(side, side) | st.sampled_from(named))
    short = [max(0, extent - size) for extent, size in zip(extents, x.shape[2:], strict=True)]
    if any(short) and padding != "same":
        padding = tuple((-(-lack // 2) + draw(st.integers(0, 1)),) * 2 for lack in short)
    F = groups * draw(st.sampled_from([1, 2, 9]))
    shape = (F, x.shape[1] // groups, *both(kernel))
    weight = draw(layouts)(values(draw(seeds), shape, dtype, draw(st.sampled_from(["plain", "ties"]))))
    bias = draw(st.none() | seeds.map(lambda seed: values(seed, (F,), dtype, "plain")))
    return ConvCase(x, weight, bias, stride, padding, dilation, groups)


class PoolCase(NamedTuple):
    """The arguments of one max-pool."""

    x: Array
    kernel_size: Any
    stride: Any
    padding: Any
    dilation: Any
    ceil_mode: bool


@st.composite
def pool_cases(draw: Any) -> PoolCase:
    """Draw a max-pool that PyTorch survives: each window holds a pixel."""
    kernel, dilation = draw(int_or_pair(1, 4)), draw(int_or_pair(1, 2))
    extents = [d * (k - 1) + 1 for k, d in zip(both(kernel), both(dilation), strict=True)]
    x = draw(images(draw(st.integers(1, 3)), draw(dtypes), smallest=max(extents), largest=max(extents) + 6))
    padding = tuple(draw(st.integers(0, k // 2)) for k in both(kernel))
    stride = draw(st.none() | int_or_pair(1, 4))
    return PoolCase(
        x, kernel, stride, draw(st.sampled_from([padding, min(padding)])), dilation, draw(st.booleans())
    )
