"""tinyconv.functional.losses against PyTorch, on all rungs."""

import numpy as np
import pytest
import pytorch
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import dtypes, engines, seeds, values

from tinyconv import DTypeError, ShapeError, set_engine
from tinyconv.functional import cross_entropy_backward, cross_entropy_forward


@given(st.integers(1, 5), st.integers(1, 6), st.sampled_from([1, 100, 1e4]), dtypes, engines, seeds)
def test_cross_entropy_and_its_gradient_are_pytorchs(N, K, scale, dtype, engine, seed):
    logits = (values(seed, (N, K), dtype, "plain") * scale).astype(dtype)
    labels = np.random.default_rng(seed).integers(0, K, N)
    with set_engine(engine):
        loss, cache = cross_entropy_forward(logits, labels)
        dlogits = cross_entropy_backward(cache)
    theirs = pytorch.tensor(logits)
    expected = torch.nn.functional.cross_entropy(theirs, torch.from_numpy(labels))
    expected.backward()
    pytorch.assert_same(np.array(loss, dtype), expected, "loss", rounding=10)
    pytorch.assert_same(dlogits, theirs.grad, "dlogits", rounding=10)


def test_large_logits_do_no_harm():
    loss, cache = cross_entropy_forward(np.array([[1e30, -1e30], [0, 0]], np.float32), [0, 0])
    assert loss == pytest.approx(np.log(2) / 2)
    assert np.isfinite(cross_entropy_backward(cache)).all()


@pytest.mark.parametrize(
    ("logits", "labels", "error", "words"),
    [
        (np.zeros((2, 3)), [0, 3], ShapeError, "labels[1] (=3) must be between 0 and 2"),
        (np.zeros((2, 3)), [-1, 0], ShapeError, "labels[0] (=-1)"),
        (np.zeros((2, 3)), [0], ShapeError, "labels (shape=(1,)) must be (2,)"),
        (np.zeros((2, 3)), [0.0, 1.0], DTypeError, "labels (dtype=float64) must be ints"),
        (np.zeros((2, 3), int), [0, 1], DTypeError, "logits (dtype=int64)"),
        (np.zeros((0, 3)), [], ShapeError, "at least one image"),
        (np.zeros(3), [0], ShapeError, "logits (shape=(3,)) must have 2 axes"),
    ],
)
def test_cross_entropy_names_the_argument_its_value_and_the_rule(logits, labels, error, words):
    with pytest.raises(error) as caught:
        cross_entropy_forward(logits, labels)
    assert str(caught.value).startswith("cross_entropy: ")
    assert words in str(caught.value)
