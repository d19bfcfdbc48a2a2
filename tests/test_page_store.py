"""tinyconv.page.store: what the page gets is the engine's arrays, bit by bit."""

import base64

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tinyconv.functional import max_pool2d_backward, max_pool2d_forward, relu_backward, relu_forward
from tinyconv.page.store import Store

floats = st.sampled_from([0.0, -0.0, 1.5, -2.25, 3.0, np.nan, np.inf, -np.inf, 1e-30])
images = st.sampled_from([np.float32, np.float64]).flatmap(
    lambda dtype: arrays(
        dtype, st.tuples(st.integers(1, 2), *[st.integers(3, 6)] * 2), elements=floats.map(dtype)
    )
)


def decoded(entries, number):
    """The array of a number, as the page's script makes it."""
    entry = entries[number]
    if "recipe" not in entry:
        return np.frombuffer(base64.b64decode(entry["data"]), f"<{entry['dtype']}")
    values = decoded(entries, entry["of"])
    if entry["recipe"] == "masked":
        bits = np.frombuffer(base64.b64decode(entry["bits"]), np.uint8)
        return np.where(np.unpackbits(bits)[: len(values)], values, values.dtype.type(0))
    indices = decoded(entries, entry["indices"]).astype(int)
    first = np.arange(len(indices)) // (len(indices) // entry["planes"]) * entry["plane"]
    if entry["recipe"] == "gathered":
        return np.where(indices < 0, -np.inf, values[first + np.maximum(indices, 0)]).astype(values.dtype)
    made = np.zeros(entry["planes"] * entry["plane"], values.dtype)
    for place, value in zip((first + indices)[indices >= 0], values[indices >= 0], strict=True):
        made[place] += value
    return made


def same_bits(a, b):
    return a.dtype == b.dtype and a.tobytes() == b.tobytes()


@given(images)
def test_a_relu_comes_back_bit_by_bit(x):
    store, (y, cache) = Store(), relu_forward(x)
    number = store.masked(y, store.put(x))
    assert same_bits(decoded(store.entries, number), y)
    dy = x[::-1].copy()
    assert same_bits(
        decoded(store.entries, store.masked(relu_backward(dy, cache), store.put(dy))),
        relu_backward(dy, cache),
    )


@given(images, st.integers(1, 3), st.integers(1, 3), st.integers(0, 1), st.booleans(), st.randoms())
def test_a_max_pool_comes_back_bit_by_bit_also_where_windows_overlap(
    x, kernel, stride, padding, ceil_mode, random
):
    store, padding = Store(), min(padding, kernel // 2)
    y, cache = max_pool2d_forward(x[None], kernel, stride, padding, ceil_mode=ceil_mode)
    number = store.gathered(y[0], store.put(x), cache.indices[0], x[0].size)
    assert same_bits(decoded(store.entries, number), y[0])
    dy = np.array([random.uniform(-1, 1) for _ in range(y.size)], x.dtype).reshape(y.shape)
    dx = max_pool2d_backward(dy, cache)
    number = store.scattered(dx[0], store.put(dy), cache.indices[0], x[0].size)
    assert same_bits(decoded(store.entries, number), dx[0])


def test_a_recipe_that_would_alter_a_bit_is_not_taken():
    store, x = Store(), np.array([1.0, -2.0])
    number = store.masked(np.array([1.0, 3.0]), store.put(x))
    assert "recipe" not in store.entries[number]
    assert decoded(store.entries, number).tolist() == [1, 3]
    number = store.masked(np.array([-0.0, -2.0]), store.put(x))
    assert np.signbit(decoded(store.entries, number)).tolist() == [True, True]


def test_a_recipe_is_small():
    x = np.random.default_rng(0).standard_normal((4, 32, 32), np.float32)
    store = Store()
    number = store.masked(np.maximum(x, 0), store.put(x))
    assert len(store.entries[number]["bits"]) < len(store.entries[0]["data"]) / 30


def test_equal_bytes_are_kept_once_but_not_across_dtypes():
    store = Store()
    assert store.put(np.zeros((2, 3))) == store.put(np.zeros(6))
    assert store.put(np.zeros(6)) != store.put(np.zeros(12, np.float32))
    assert store.put(np.array([True, False])) != store.put(np.zeros(6))


def test_strided_and_big_endian_arrays_are_kept_as_the_script_reads_them():
    store, x = Store(), np.arange(6.0).reshape(2, 3)
    assert decoded(store.entries, store.put(x.T)).tolist() == [0, 3, 1, 4, 2, 5]
    assert decoded(store.entries, store.put(x.astype(">f8"))).tolist() == [0, 1, 2, 3, 4, 5]
