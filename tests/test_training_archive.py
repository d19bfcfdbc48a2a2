import builtins

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tinyconv.shapes import ShapeError
from tinyconv.training.archive import DamagedFileError, read_arrays, with_suffix, write_arrays

ARRAYS = {
    "conv1.weight": np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2),
    "conv1.bias": np.array([-0.0, np.nan]),
    "strided": np.arange(12.0).reshape(3, 4)[::2, ::-1],
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "epoch": 3,
    "none": np.zeros((0, 2)),
}
suffixes = pytest.mark.parametrize("suffix", [".npz", ".safetensors"])


def assert_equal_arrays(found, expected):
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], np.asarray(array), strict=True)


@suffixes
def test_what_is_written_is_read_back(tmp_path, suffix):
    path = tmp_path / f"arrays{suffix}"
    write_arrays("save", path, ARRAYS)
    assert_equal_arrays(read_arrays("load_weights", "path", path), ARRAYS)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@suffixes
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_truncated_file_is_refused(tmp_path, suffix, share):
    path = tmp_path / f"arrays{suffix}"
    write_arrays("save", path, ARRAYS)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DamagedFileError, match=rf"load_weights: path \(=.*arrays{suffix}'\) is damaged"):
        read_arrays("load_weights", "path", path)


@suffixes
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(share=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_an_altered_byte_never_passes_for_other_numbers(tmp_path, suffix, share, flip):
    path = tmp_path / f"arrays{suffix}"
    write_arrays("save", path, ARRAYS)
    altered = bytearray(path.read_bytes())
    altered[int(share * len(altered))] ^= flip
    path.write_bytes(altered)
    try:
        found = read_arrays("load_weights", "path", path)
    except DamagedFileError:
        return
    for name in found.keys() & ARRAYS.keys():  # a date in the directory, say, is nobody's number
        np.testing.assert_array_equal(found[name], np.asarray(ARRAYS[name]), strict=True)


def test_pickled_objects_are_refused(tmp_path):
    path = tmp_path / "arrays.npz"
    np.savez(path, weight=np.array([{"a": 1}], dtype=object))
    with pytest.raises(DamagedFileError, match="allow_pickle"):
        read_arrays("load_weights", "path", path)


@suffixes
def test_a_missing_file_is_not_a_damaged_one(tmp_path, suffix):
    with pytest.raises(FileNotFoundError):
        read_arrays("load_weights", "path", tmp_path / f"nowhere{suffix}")


def test_any_other_suffix_is_refused():
    with pytest.raises(ShapeError, match=r"save: path \(='weights.pt'\) must end in .npz or .safetensors"):
        with_suffix("save", "path", "weights.pt", ".npz", ".safetensors")


def test_a_missing_safetensors_package_is_named(tmp_path, monkeypatch):
    path = tmp_path / "arrays.safetensors"
    path.write_bytes(b"old")
    real_import = builtins.__import__

    def import_without_safetensors(name, *args, **kwargs):
        if name.startswith("safetensors"):
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", import_without_safetensors)
    with pytest.raises(ImportError, match=r"save: a .safetensors file needs .* pip install safetensors"):
        write_arrays("save", path, ARRAYS)
    with pytest.raises(ImportError, match=r"load_weights: a .safetensors file needs"):
        read_arrays("load_weights", "path", path)
    assert path.read_bytes() == b"old"
