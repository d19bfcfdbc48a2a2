import signal
import threading
from importlib import import_module

import numpy as np
import pytest
import torch

from tinyconv.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from tinyconv.network import Sequential
from tinyconv.shapes import DTypeError, ShapeError
from tinyconv.training import SGD, Adam, evaluate, fit

fit_module = import_module("tinyconv.training.fit")  # the name in the package is the function's
rng = np.random.default_rng(0)
IMAGES = rng.standard_normal((22, 1, 6, 6))
LABELS = rng.integers(3, size=22)


def make_network(seed=0):
    rng = np.random.default_rng(seed)
    return Sequential(
        conv1=Conv2d(1, 2, 3, rng=rng, dtype=np.float64),
        relu1=ReLU(),
        pool1=MaxPool2d(2),
        flatten=Flatten(),
        linear=Linear(8, 3, rng=rng, dtype=np.float64),
    )


def run(network, optimizer=None, **options):
    options = {"epochs": 3, "batch_size": 5, "progress": False} | options
    return fit(network, IMAGES, LABELS, optimizer=optimizer or SGD(0.1, momentum=0.9), **options)


def assert_same_weights(found, expected):
    for name, array in expected.parameters().items():
        np.testing.assert_array_equal(found.parameters()[name], array, strict=True)


def test_fit_follows_pytorch_over_the_same_batches():
    ours = make_network()
    theirs = torch.nn.Sequential()
    for name, module in {
        "conv1": torch.nn.Conv2d(1, 2, 3),
        "relu1": torch.nn.ReLU(),
        "pool1": torch.nn.MaxPool2d(2),
        "flatten": torch.nn.Flatten(),
        "linear": torch.nn.Linear(8, 3),
    }.items():
        theirs.add_module(name, module.double())
    theirs.load_state_dict({name: torch.tensor(array) for name, array in ours.state_dict().items()})
    history = run(ours, Adam(lr=0.02), seed=7)

    optimizer, images, labels = (
        torch.optim.Adam(theirs.parameters(), lr=0.02),
        torch.tensor(IMAGES),
        torch.tensor(LABELS),
    )
    for epoch in (1, 2, 3):
        order = np.random.default_rng([7, epoch]).permutation(22)
        loss_sum, correct = 0.0, 0
        for start in (0, 5, 10, 15, 20):
            rows = order[start : start + 5]
            optimizer.zero_grad()
            logits = theirs(images[rows])
            loss = torch.nn.functional.cross_entropy(logits, labels[rows])
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(rows)
            correct += (logits.argmax(dim=1) == labels[rows]).sum().item()
        assert history.train_loss[epoch - 1] == pytest.approx(loss_sum / 22, rel=1e-9)
        assert history.train_accuracy[epoch - 1] == correct / 22
    for name, tensor in theirs.state_dict().items():
        np.testing.assert_allclose(ours.parameters()[name], tensor.numpy(), rtol=1e-9, atol=1e-12)


def test_a_seed_decides_the_bits():
    first, second, other = make_network(), make_network(), make_network()
    run(first, seed=1)
    run(second, seed=1)
    run(other, seed=2)
    assert_same_weights(first, second)
    assert not np.array_equal(first.parameters()["conv1.weight"], other.parameters()["conv1.weight"])


def test_validation_is_an_evaluation_after_each_epoch():
    network = make_network()
    history = run(network, epochs=2, validation=(IMAGES[:7], LABELS[:7], [{"row": row} for row in range(7)]))
    found = evaluate(network, IMAGES[:7], LABELS[:7], batch_size=5)
    assert (history.validation_loss[-1], history.validation_accuracy[-1]) == found
    assert len(history) == 2
    assert not history.interrupted
    assert all(seconds > 0 for seconds in history.seconds)


def test_validation_changes_no_bit_of_the_training():
    with_validation, without = make_network(), make_network()
    run(with_validation, validation=(IMAGES, LABELS))
    run(without)
    assert_same_weights(with_validation, without)


def test_metadata_stays_with_its_image(monkeypatch):
    network, seen = make_network(), []
    real_forward = network.forward

    def forward(x, metadata=None, **options):
        seen.extend(zip(x[:, 0, 0, 0], [row["pixel"] for row in metadata], strict=True))
        return real_forward(x, metadata, **options)

    monkeypatch.setattr(network, "forward", forward)
    fit(
        network,
        IMAGES,
        LABELS,
        [{"pixel": image[0, 0, 0]} for image in IMAGES],
        epochs=1,
        batch_size=4,
        optimizer=SGD(0.1),
        progress=False,
    )
    assert len(seen) >= 22
    assert all(pixel == told for pixel, told in seen)


def test_no_epochs_change_nothing():
    network = make_network()
    assert len(run(network, epochs=0)) == 0
    assert_same_weights(network, make_network())


def test_a_callback_sees_every_epoch_and_may_stop():
    seen = []

    def callback(epoch, history):
        seen.append((epoch, len(history)))
        return epoch == 2

    history = run(make_network(), epochs=5, callback=callback)
    assert seen == [(1, 1), (2, 2)]
    assert len(history) == 2
    assert not history.interrupted


def test_a_callback_may_change_the_rate():
    optimizer, frozen = SGD(0.1), []

    def callback(epoch, history):
        optimizer.lr = 0.0
        frozen.append({name: array.copy() for name, array in network.parameters().items()})

    network = make_network()
    run(network, optimizer, callback=callback)
    for name, array in frozen[0].items():
        np.testing.assert_array_equal(network.parameters()[name], array)


class InterruptedSGD(SGD):
    """Ctrl-C comes in the middle of step `at`, between two parameters."""

    def __init__(self, lr, momentum=0.0, weight_decay=0.0, nesterov=False, at=0):
        super().__init__(lr, momentum, weight_decay, nesterov)
        self.at, self.updates = at, 0

    def _update(self, parameter, gradient, state):
        super()._update(parameter, gradient, state)
        self.updates += 1
        if self.steps == self.at and self.updates % 4 == 2:
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("at", [1, 5, 7])
def test_ctrl_c_inside_an_update_lets_it_become_whole(at):
    interrupted, expected, steps = make_network(), make_network(), 0
    optimizer = InterruptedSGD(0.1, momentum=0.9, at=at)
    history = run(interrupted, optimizer)
    assert history.interrupted
    assert len(history) == (at - 1) // 5
    assert optimizer.updates == 4 * at

    class Done(Exception):
        pass

    class CountedSGD(SGD):
        def step(self, parameters, gradients):
            nonlocal steps
            if steps == at:
                raise Done
            super().step(parameters, gradients)
            steps += 1

    with pytest.raises(Done):
        run(expected, CountedSGD(0.1, momentum=0.9))
    assert_same_weights(interrupted, expected)


@pytest.mark.parametrize("name", ["cross_entropy_forward", "evaluate_examples", "callback"])
def test_ctrl_c_anywhere_else_returns_what_has_been_learnt(monkeypatch, name):
    def interrupt(*args):
        signal.raise_signal(signal.SIGINT)

    if name != "callback":
        monkeypatch.setattr(fit_module, name, interrupt)
    history = run(make_network(), validation=(IMAGES, LABELS), callback=interrupt)
    assert history.interrupted
    assert len(history) == (name == "callback")


def test_fit_runs_in_another_thread():
    network, expected = make_network(), make_network()
    thread = threading.Thread(target=run, args=(network,))
    thread.start()
    thread.join()
    run(expected)
    assert_same_weights(network, expected)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"epochs": -1}, ShapeError, r"fit: epochs \(=-1\)"),
        ({"epochs": 1.5}, DTypeError, "epochs"),
        ({"batch_size": 0}, ShapeError, r"fit: batch_size \(=0\)"),
        ({"seed": -1}, ShapeError, r"fit: seed \(=-1\)"),
        ({"optimizer": "adam"}, DTypeError, r"fit: optimizer \(='adam'\) must have a step"),
        ({"callback": 3}, DTypeError, r"fit: callback \(=3\)"),
        ({"validation": IMAGES}, DTypeError, r"fit: validation \(a ndarray\) must be \(images, labels\)"),
        ({"validation": (IMAGES,)}, DTypeError, "validation"),
        ({"validation": (IMAGES, LABELS + 1)}, ShapeError, r"fit \(validation\): labels\["),
        ({"validation": (IMAGES[:0], LABELS[:0])}, ShapeError, r"fit \(validation\): images"),
        ({"checkpoint": "run.pt"}, ShapeError, r"fit: checkpoint \(='run.pt'\) must end in \.npz"),
        ({"checkpoint": "/nowhere/run.npz"}, FileNotFoundError, "nowhere"),
    ],
)
def test_what_breaks_a_rule_is_named_before_any_work(options, error, words):
    network = make_network()
    with pytest.raises(error, match=words):
        run(network, **options)
    assert_same_weights(network, make_network())
