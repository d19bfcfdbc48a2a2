"""tinyconv.functional.film against PyTorch, on all three rungs."""

import numpy as np
import pytest
import pytorch
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import dtypes, engines, images, kinds, layouts, seeds, values

from tinyconv import DTypeError, ShapeError, reference, set_engine
from tinyconv.functional import film_backward, film_forward
from tinyconv.kernels import jit


@st.composite
def film_cases(draw):
    """Draw maps or features, and a gamma and a beta for each of their channels; sizes around four lanes."""
    dtype, C = draw(dtypes), draw(st.integers(1, 3))
    x = draw(images(C, dtype))
    if draw(st.booleans()):
        x = x[:, :, 0, 0]
    gamma, beta = (draw(layouts)(values(draw(seeds), x.shape[:2], dtype, draw(kinds))) for _ in range(2))
    return x, gamma, beta


def like_pytorch(x, gamma, beta, dy):
    """Return PyTorch's y, dx, dgamma and dbeta."""
    leaves = [pytorch.tensor(array) for array in (x, gamma, beta)]
    cells = (...,) + (None,) * (x.ndim - 2)
    y = leaves[1][cells] * leaves[0] + leaves[2][cells]
    y.backward(torch.from_numpy(dy))
    return [y, *(leaf.grad for leaf in leaves)]


@given(film_cases(), engines, seeds, st.booleans())
def test_film_and_every_gradient_are_pytorchs(case, engine, seed, parallel):
    with set_engine(engine), jit.force(parallel=parallel):
        y, cache = film_forward(*case)
        dy = pytorch.upstream(y, seed)
        gradients = film_backward(dy, cache)
    for name, ours, theirs in zip(
        ("y", "dx", "dgamma", "dbeta"), (y, *gradients), like_pytorch(*case, dy), strict=True
    ):
        pytorch.assert_same(ours, theirs, name, rounding=10)


@given(film_cases(), seeds)
def test_the_rungs_agree_and_y_and_dx_to_the_bit(case, seed):
    found = []
    for engine in ("loops", "numpy", "numba"):
        with set_engine(engine):
            y, cache = film_forward(*case)
            found.append([y, *film_backward(pytorch.upstream(y, seed), cache)])
    for ours in found[1:]:
        for name, rounding, array, expected in zip(
            ("y", "dx", "dgamma", "dbeta"), (0, 0, 10, 10), ours, found[0], strict=True
        ):
            pytorch.assert_same(array, expected, name, rounding)


@pytest.mark.parametrize("engine", ["loops", "numpy", "numba"])
@pytest.mark.parametrize(
    "shape", [(2, 3), (2, 3, 7), (1, 2, 5, 3), (1, 1, 2, 3, 4), (0, 3, 2, 2), (2, 3, 0, 4)]
)
def test_film_takes_any_number_of_axes_behind_the_channels(engine, shape):
    x = np.random.default_rng(0).standard_normal(shape)
    gamma, beta = x.sum(axis=tuple(range(2, x.ndim))), np.ones(shape[:2])
    dy = pytorch.upstream(x, 1)
    with set_engine(engine):
        y, cache = film_forward(x, gamma, beta)
        gradients = film_backward(dy, cache)
    for ours, theirs in zip((y, *gradients), like_pytorch(x, gamma, beta, dy), strict=True):
        pytorch.assert_same(ours, theirs, str(shape))


def test_film_by_hand():
    x, gamma = np.array([[[1.0, 2.0, 3.0]]]), np.array([[10.0]])
    np.testing.assert_array_equal(reference.film_forward(x, gamma, gamma / 20), [[[10.5, 20.5, 30.5]]])
    dx, dgamma, dbeta = reference.film_backward(np.array([[[1.0, 0.0, -1.0]]]), x, gamma)
    np.testing.assert_array_equal(dx, [[[10, 0, -10]]])
    assert (dgamma.item(), dbeta.item()) == (1 - 3, 0)


def test_film_names_the_argument_its_value_and_the_rule():
    x, numbers = np.ones((2, 3, 4, 4)), np.ones((2, 3))
    with pytest.raises(ShapeError, match=r"film: x \(shape=\(2,\)\) must have at least 2 axes"):
        film_forward(x[:, 0, 0, 0], numbers, numbers)
    with pytest.raises(
        ShapeError, match=r"film: gamma \(shape=\(2, 2\)\) must be \(2, 3\), one number per ch"
    ):
        film_forward(x, numbers[:, 1:], numbers)
    with pytest.raises(ShapeError, match=r"film: beta \(shape=\(3,\)\) must have 2 axes \(N, C\)"):
        film_forward(x, numbers, numbers[0])
    with pytest.raises(DTypeError, match="x is float64, gamma is float64, beta is float32"):
        film_forward(x, numbers, numbers.astype(np.float32))
    with pytest.raises(DTypeError, match=r"film: gamma \(dtype=int64\)"):
        film_forward(x, numbers.astype(int), numbers)
    y, cache = film_forward(x, numbers, numbers)
    with pytest.raises(
        ShapeError, match=r"film_backward: dy \(shape=\(2, 3, 4, 3\)\) must be \(2, 3, 4, 4\)"
    ):
        film_backward(y[..., 1:], cache)
