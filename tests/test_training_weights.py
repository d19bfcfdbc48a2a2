import numpy as np
import pytest
import safetensors.torch
import torch
from strategies_layers import RunningMean

from tinyconv.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from tinyconv.network import Sequential
from tinyconv.shapes import ShapeError
from tinyconv.training import DamagedFileError, load_weights, save


def make_network(seed, dtype=np.float32):
    rng = np.random.default_rng(seed)
    return Sequential(
        conv1=Conv2d(2, 3, 3, rng=rng, dtype=dtype),
        relu1=ReLU(),
        pool1=MaxPool2d(2),
        flatten=Flatten(),
        linear=Linear(12, 4, rng=rng, dtype=dtype),
    )


def assert_same_weights(found, expected):
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, strict=True)


suffixes = pytest.mark.parametrize("suffix", [".npz", ".safetensors"])


@suffixes
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_saved_weights_come_back_to_the_bit(tmp_path, suffix, dtype):
    source, target = make_network(0, dtype), make_network(1, dtype)
    save(source, tmp_path / f"weights{suffix}")
    load_weights(target, tmp_path / f"weights{suffix}")
    assert_same_weights(target.state_dict(), source.state_dict())


@suffixes
def test_running_statistics_are_saved_with_the_weights(tmp_path, suffix):
    source, target = (Sequential(mean=RunningMean(), flatten=Flatten(), fc=Linear(8, 2)) for _ in range(2))
    source.forward(np.ones((1, 2, 2, 2), np.float32))
    save(source, tmp_path / f"weights{suffix}")
    load_weights(target, tmp_path / f"weights{suffix}")
    assert list(source.buffers()) == ["mean.running_mean", "mean.num_batches_tracked"]
    assert_same_weights(target.buffers(), source.buffers())


@suffixes
def test_weights_are_loaded_into_the_arrays_that_are_there(tmp_path, suffix):
    source, target = make_network(0), make_network(1)
    live = target.parameters()["conv1.weight"]
    save(source, str(tmp_path / f"weights{suffix}"))
    load_weights(target, str(tmp_path / f"weights{suffix}"))
    np.testing.assert_array_equal(live, source.parameters()["conv1.weight"])


def test_weights_from_pytorch_load_and_weights_load_into_pytorch(tmp_path):
    theirs = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.Flatten(), torch.nn.Linear(48, 4))
    ours = Sequential(Conv2d(2, 3, 3), Flatten(), Linear(48, 4))
    safetensors.torch.save_file(theirs.state_dict(), tmp_path / "theirs.safetensors")
    load_weights(ours, tmp_path / "theirs.safetensors")
    images = np.random.default_rng(0).standard_normal((2, 2, 6, 6)).astype(np.float32)
    expected = theirs(torch.from_numpy(images)).detach().numpy()
    np.testing.assert_allclose(ours(images)[0], expected, rtol=1e-5, atol=1e-6)

    fresh = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.Flatten(), torch.nn.Linear(48, 4))
    save(ours, tmp_path / "ours.safetensors")
    fresh.load_state_dict(safetensors.torch.load_file(tmp_path / "ours.safetensors"))
    assert all(torch.equal(fresh.state_dict()[name], tensor) for name, tensor in theirs.state_dict().items())


@suffixes
def test_weights_of_another_network_are_refused_and_nothing_changes(tmp_path, suffix):
    path = tmp_path / f"weights{suffix}"
    save(Sequential(conv1=Conv2d(2, 3, 3), linear=Linear(3, 4)), path)
    network = make_network(0)
    before = network.state_dict()
    with pytest.raises(
        ShapeError, match=rf"load_weights: path \(=.*weights{suffix}'\) does not fit .*linear"
    ):
        load_weights(network, path)
    assert_same_weights(network.state_dict(), before)


@suffixes
@pytest.mark.parametrize("keep", [0, 10, 0.5, -1])
def test_a_truncated_file_is_refused_and_nothing_changes(tmp_path, suffix, keep):
    path, network = tmp_path / f"weights{suffix}", make_network(0)
    save(make_network(1), path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep * len(whole)) if isinstance(keep, float) else keep])
    before = network.state_dict()
    with pytest.raises(DamagedFileError, match="is damaged, or no"):
        load_weights(network, path)
    assert_same_weights(network.state_dict(), before)


@suffixes
def test_an_altered_number_is_refused_and_nothing_changes(tmp_path, suffix):
    path, network = tmp_path / f"weights{suffix}", make_network(0)
    save(make_network(1), path)
    altered = path.read_bytes().replace(make_network(1).parameters()["conv1.bias"].tobytes(), bytes(12))
    path.write_bytes(altered)
    before = network.state_dict()
    with pytest.raises(DamagedFileError, match="checksum"):
        load_weights(network, path)
    assert_same_weights(network.state_dict(), before)


@pytest.mark.parametrize("name", ["weights.pt", "weights", "weights.npz.gz"])
def test_any_other_suffix_is_refused(tmp_path, name):
    with pytest.raises(ShapeError, match=r"save: path .* must end in \.npz or \.safetensors"):
        save(make_network(0), tmp_path / name)
    with pytest.raises(ShapeError, match=r"load_weights: path .* must end in \.npz or \.safetensors"):
        load_weights(make_network(0), tmp_path / name)
    assert list(tmp_path.iterdir()) == []
