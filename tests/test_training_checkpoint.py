import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from strategies_layers import RunningMean

from tinyconv.layers import (
    BatchNorm2d,
    ConditionalBatchNorm2d,
    Conv2d,
    Dropout,
    FiLM,
    Flatten,
    Linear,
    Numeric,
    ReLU,
)
from tinyconv.network import Sequential
from tinyconv.shapes import DTypeError, ShapeError
from tinyconv.training import SGD, Adam, DamagedFileError, fit, save

rng = np.random.default_rng(0)
IMAGES = rng.standard_normal((11, 1, 5, 5)).astype(np.float32)
LABELS = rng.integers(3, size=11)
OPTIMIZERS = {
    "sgd": lambda: SGD(0.1),
    "momentum": lambda: SGD(0.05, momentum=0.9, weight_decay=0.01, nesterov=True),
    "adam": lambda: Adam(lr=0.01, weight_decay=0.01),
}
optimizers = pytest.mark.parametrize("make_optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())


def make_network(seed=0, padding=0, features=18, dtype=np.float32):
    rng = np.random.default_rng(seed)
    return Sequential(
        conv1=Conv2d(1, 2, 3, padding=padding, rng=rng, dtype=dtype),
        relu1=ReLU(),
        flatten=Flatten(),
        linear=Linear(features, 3, rng=rng, dtype=dtype),
    )


def run(network, optimizer, images=IMAGES, labels=LABELS, **options):
    options = {
        "epochs": 5,
        "batch_size": 4,
        "progress": False,
        "validation": (IMAGES[:3], LABELS[:3]),
    } | options
    return fit(network, images, labels, optimizer=optimizer, **options)


def assert_same_run(network, optimizer, history, expected_network, expected_optimizer, expected_history):
    for found, expected in (
        (network.state_dict(), expected_network.state_dict()),
        (optimizer.state_dict(), expected_optimizer.state_dict()),
    ):
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            np.testing.assert_array_equal(found[name], value, strict=True)
    for name, column in expected_history.columns().items():
        if name != "seconds":
            assert history.columns()[name] == column


@optimizers
@pytest.mark.parametrize("stop", [1, 3, 5])
def test_a_resumed_run_has_the_bits_of_an_uninterrupted_one(tmp_path, make_optimizer, stop):
    path = tmp_path / "run.npz"
    whole = make_network(), make_optimizer()
    expected = run(*whole)

    run(make_network(), make_optimizer(), epochs=stop, checkpoint=path)
    resumed = make_network(seed=9), make_optimizer()  # the weights come from the file
    history = run(*resumed, checkpoint=path)
    assert_same_run(*resumed, history, *whole, expected)
    assert os.listdir(tmp_path) == ["run.npz"]


def test_a_resumed_run_goes_on_with_the_buffers_of_the_file(tmp_path):
    def make():
        return Sequential(mean=RunningMean(), **make_network().layers)

    path, whole, resumed = tmp_path / "run.npz", make(), make()
    expected = run(whole, SGD(0.1))
    run(make(), SGD(0.1), epochs=2, checkpoint=path)
    history = run(resumed, SGD(0.1), checkpoint=path)
    assert history.train_loss == expected.train_loss
    assert history.validation_loss == expected.validation_loss
    assert resumed["mean"].step == 5 * 3
    found = resumed.state_dict(private=True)
    for name, array in whole.state_dict(private=True).items():
        np.testing.assert_array_equal(found[name], array, strict=True)


@pytest.mark.parametrize("stop", [1, 3])
def test_a_resumed_run_goes_on_with_the_statistics_and_in_the_random_stream_of_the_file(tmp_path, stop):
    def make(seed=0):
        return Sequential(
            conv=Conv2d(1, 2, 3, rng=seed),
            norm=BatchNorm2d(2),
            relu=ReLU(),
            first=Dropout(0.3),
            cond=ConditionalBatchNorm2d(2, Numeric("zoom"), rng=seed),
            flatten=Flatten(),
            second=Dropout(0.5, seed=1),
            linear=Linear(18, 3, rng=seed),
        )

    path, metadata = tmp_path / "run.npz", [{"zoom": number % 3} for number in range(len(IMAGES))]
    options = {"metadata": metadata, "validation": (IMAGES[:3], LABELS[:3], metadata[:3])}
    whole, resumed = (make(), Adam(lr=0.01)), (make(seed=9), Adam(lr=0.01))
    expected = run(*whole, **options)
    run(make(), Adam(lr=0.01), epochs=stop, checkpoint=path, **options)
    history = run(*resumed, checkpoint=path, **options)
    assert_same_run(*resumed, history, *whole, expected)
    for name, array in whole[0].state_dict(private=True).items():
        np.testing.assert_array_equal(resumed[0].state_dict(private=True)[name], array, strict=True)
    assert resumed[0]["first"].step == 5 * 3


def test_a_checkpoint_of_another_dropout_seed_is_refused(tmp_path):
    def make(seed):
        return Sequential(drop=Dropout(seed=seed), **make_network().layers)

    run(make(0), SGD(0.1), epochs=1, checkpoint=tmp_path / "run.npz")
    with pytest.raises(ShapeError, match=r"belongs to another run: its network is"):
        run(make(1), SGD(0.1), checkpoint=tmp_path / "run.npz")


class InterruptedAdam(Adam):
    """Ctrl-C comes in the middle of step 8: in the third epoch."""

    def _update(self, parameter, gradient, state):
        super()._update(parameter, gradient, state)
        if self.steps == 8:
            signal.raise_signal(signal.SIGINT)

    def __repr__(self):
        return super().__repr__().replace("InterruptedAdam", "Adam")


def test_an_interrupted_run_goes_on_behind_its_last_whole_epoch(tmp_path):
    path = tmp_path / "run.npz"
    whole = make_network(), Adam(lr=0.01)
    expected = run(*whole)

    network = make_network()
    assert run(network, InterruptedAdam(lr=0.01), checkpoint=path).interrupted
    resumed = network, Adam(lr=0.01)  # a network that is half an epoch ahead of the file
    history = run(*resumed, checkpoint=path)
    assert not history.interrupted
    assert_same_run(*resumed, history, *whole, expected)


KILLED_IN_EPOCH_3 = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from test_training_checkpoint import OPTIMIZERS, make_network, run

def callback(epoch, history):
    if epoch == 3:
        os.kill(os.getpid(), signal.SIGKILL)

run(make_network(), OPTIMIZERS["momentum"](), checkpoint=sys.argv[2], callback=callback)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_killed_process_goes_on_behind_its_last_whole_epoch(tmp_path):
    path = tmp_path / "run.npz"
    arguments = [sys.executable, "-c", KILLED_IN_EPOCH_3, os.path.dirname(__file__), str(path)]
    assert subprocess.run(arguments, check=False).returncode == -signal.SIGKILL

    whole, resumed = [(make_network(), OPTIMIZERS["momentum"]()) for _ in range(2)]
    expected = run(*whole)
    epochs = []
    history = run(*resumed, checkpoint=path, callback=lambda epoch, history: epochs.append(epoch))
    assert epochs == [3, 4, 5]
    assert_same_run(*resumed, history, *whole, expected)


def test_a_rate_changed_by_a_callback_is_kept(tmp_path):
    def run_decaying(network, optimizer, **options):
        def decay(epoch, history):
            optimizer.lr /= 2

        return run(network, optimizer, callback=decay, **options)

    whole, resumed = [(make_network(), SGD(0.1, momentum=0.5)) for _ in range(2)]
    expected = run_decaying(*whole)
    run_decaying(make_network(), SGD(0.1, momentum=0.5), epochs=2, checkpoint=tmp_path / "run.npz")
    history = run_decaying(*resumed, checkpoint=tmp_path / "run.npz")
    assert_same_run(*resumed, history, *whole, expected)


OTHER_RUNS = {
    "optimizer": lambda path: run(make_network(), Adam(), checkpoint=path),
    "optimizer is": lambda path: run(make_network(), SGD(0.2, momentum=0.9), checkpoint=path),
    "seed": lambda path: run(make_network(), SGD(0.1, momentum=0.9), checkpoint=path, seed=1),
    "batch_size": lambda path: run(make_network(), SGD(0.1, momentum=0.9), checkpoint=path, batch_size=5),
    "images": lambda path: run(
        make_network(), SGD(0.1, momentum=0.9), IMAGES[1:], LABELS[1:], checkpoint=path
    ),
    "images is": lambda path: run(make_network(), SGD(0.1, momentum=0.9), IMAGES[::-1], checkpoint=path),
    "labels": lambda path: run(
        make_network(), SGD(0.1, momentum=0.9), labels=(LABELS + 1) % 3, checkpoint=path
    ),
    "network": lambda path: run(make_network(0, 1, 50), SGD(0.1, momentum=0.9), checkpoint=path),
    "epochs": lambda path: run(make_network(), SGD(0.1, momentum=0.9), checkpoint=path, epochs=1),
}


@pytest.mark.parametrize(("word", "other_run"), OTHER_RUNS.items(), ids=OTHER_RUNS.keys())
def test_another_runs_checkpoint_is_refused_and_stays_as_it_is(tmp_path, word, other_run):
    path = tmp_path / "run.npz"
    run(make_network(), SGD(0.1, momentum=0.9), epochs=2, checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(ShapeError, match=word):
        other_run(path)
    assert path.read_bytes() == before


def test_only_the_metadata_that_the_network_reads_must_be_the_runs_own(tmp_path):
    def make():
        return Sequential(film=FiLM(1, Numeric("zoom"), rng=0), **make_network().layers)

    def run_with(name, zooms, note):
        metadata = [{"zoom": zoom, "note": note} for zoom in zooms]
        options = {"epochs": 2, "batch_size": 4, "progress": False, "checkpoint": tmp_path / name}
        return fit(make(), IMAGES, LABELS, metadata, optimizer=SGD(0.1), **options)

    run_with("run.npz", range(11), "Monday")
    assert len(run_with("run.npz", range(11), object())) == 2
    with pytest.raises(ShapeError, match=r"its metadata is \['zoom'\] with checksum"):
        run_with("run.npz", range(1, 12), "Monday")


def test_metadata_are_compared_to_the_last_digit_whatever_the_print_options_say(tmp_path):
    numbers = np.random.default_rng(0).normal(size=(11, 3))

    def go_on(numbers):
        network = Sequential(film=FiLM(1, Numeric("numbers", 3), rng=0), **make_network().layers)
        options = {"epochs": 1, "batch_size": 4, "progress": False, "checkpoint": tmp_path / "run.npz"}
        return fit(
            network, IMAGES, LABELS, [{"numbers": row} for row in numbers], optimizer=SGD(0.1), **options
        )

    go_on(numbers)
    with np.printoptions(precision=2, threshold=2):
        go_on(numbers)
        with pytest.raises(ShapeError, match=r"its metadata is \['numbers'\] with checksum"):
            go_on(numbers * (1 + 1e-12))


def test_a_checkpoint_of_another_dtype_is_refused(tmp_path):
    path = tmp_path / "run.npz"
    run(make_network(), SGD(0.1), epochs=1, checkpoint=path)
    images = IMAGES.astype(np.float64)
    with pytest.raises(ShapeError, match=r"conv1\.weight"):
        run(
            make_network(dtype=np.float64),
            SGD(0.1),
            images,
            checkpoint=path,
            validation=(images[:3], LABELS[:3]),
        )


def test_what_is_no_checkpoint_is_refused_and_nothing_changes(tmp_path):
    network = make_network()
    save(network, tmp_path / "weights.npz")
    with pytest.raises(ShapeError, match="is no 'tinyconv checkpoint 1'"):
        run(network, SGD(0.1), checkpoint=tmp_path / "weights.npz")
    (tmp_path / "broken.npz").write_bytes((tmp_path / "weights.npz").read_bytes()[:-30])
    with pytest.raises(DamagedFileError, match=r"fit: checkpoint .* is damaged"):
        run(network, SGD(0.1), checkpoint=tmp_path / "broken.npz")
    for name, array in make_network().parameters().items():
        np.testing.assert_array_equal(network.parameters()[name], array)


def test_an_optimizer_without_a_state_cannot_be_kept(tmp_path):
    class Still:
        def step(self, parameters, gradients):
            pass

    assert len(run(make_network(), Still(), epochs=1)) == 1
    with pytest.raises(DTypeError, match="state_dict"):
        run(make_network(), Still(), checkpoint=tmp_path / "run.npz")
