import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies_layers import RunningMean

from tinyconv.layers import Flatten, Linear
from tinyconv.network import Sequential
from tinyconv.shapes import ShapeError
from tinyconv.training import evaluate


@given(N=st.integers(1, 20), batch_size=st.integers(1, 25), seed=st.integers(0, 2**32 - 1))
def test_every_image_counts_once_however_the_batches_are_cut(N, batch_size, seed):
    rng = np.random.default_rng(seed)
    network = Sequential(Flatten(), Linear(12, 3, rng=rng, dtype=np.float64))
    images, labels = 3 * rng.standard_normal((N, 2, 2, 3)), rng.integers(3, size=N)
    found = evaluate(network, images, labels, batch_size=batch_size)
    logits = torch.from_numpy(network(images)[0])
    targets = torch.from_numpy(labels)
    assert found.loss == pytest.approx(torch.nn.functional.cross_entropy(logits, targets).item(), rel=1e-12)
    assert found.accuracy == (logits.argmax(dim=1) == targets).double().mean().item()


def test_evaluation_changes_no_weight_and_no_running_statistic():
    network = Sequential(RunningMean(), Flatten(), Linear(4, 2))
    before = network.state_dict(private=True)
    evaluate(network, np.ones((3, 1, 2, 2), np.float32), np.array([0, 1, 1]))
    for name, array in network.state_dict(private=True).items():
        np.testing.assert_array_equal(array, before[name])


def test_evaluation_of_nothing_is_refused():
    with pytest.raises(ShapeError, match=r"evaluate: images .* must hold at least one image"):
        evaluate(Sequential(Flatten(), Linear(4, 2)), np.ones((0, 1, 2, 2), np.float32), np.zeros(0, int))


def test_a_batch_size_of_zero_is_refused():
    with pytest.raises(ShapeError, match=r"evaluate: batch_size \(=0\)"):
        evaluate(Sequential(Flatten(), Linear(4, 2)), np.ones((1, 1, 2, 2)), np.zeros(1, int), batch_size=0)
