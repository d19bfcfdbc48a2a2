"""Named arrays in a file: `.npz` or `.safetensors`, never pickle, whole or not at all."""

import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from tinyconv.shapes import Array, ShapeError
from tinyconv.training.atomic import replacing


class DamagedFileError(ValueError):
    """A file that is truncated or altered, or that is not what its suffix says."""


def with_suffix(function: str, argument: str, path: str | os.PathLike[str], *suffixes: str) -> Path:
    """Return `path` as a Path whose suffix is one of `suffixes`.

    >>> with_suffix("save", "path", "digits.npz", ".npz", ".safetensors").name
    'digits.npz'
    """
    if Path(path).suffix not in suffixes:
        raise ShapeError(f"{function}: {argument} (={str(path)!r}) must end in {' or '.join(suffixes)}")
    return Path(path)


def write_arrays(function: str, path: Path, arrays: Mapping[str, Any]) -> None:
    """Write arrays and numbers to `path`, in the format that its suffix names."""
    contents = {name: np.asarray(value, order="C") for name, value in arrays.items()}
    if path.suffix == ".npz":
        with replacing(path) as file:
            np.savez(file, **contents)  # type: ignore[arg-type]
    else:
        encoded = _safetensors(function).numpy.save(contents, {"crc32": _checksum(contents)})
        with replacing(path) as file:
            file.write(encoded)


def read_arrays(function: str, argument: str, path: Path) -> dict[str, Array]:
    """Read the arrays that `path` holds, whoever has written them.

    Raises:
        DamagedFileError: the file is truncated or altered, or is not what its suffix says.
    """
    path.open("rb").close()  # a file that is missing or locked is not a damaged one
    try:
        return _read_npz(path) if path.suffix == ".npz" else _read_safetensors(function, path)
    except ImportError:
        raise
    except Exception as error:  # zipfile, zlib, struct, NumPy and safetensors all raise their own
        raise DamagedFileError(
            f"{function}: {argument} (={str(path)!r}) is damaged, or no {path.suffix} file: {error}"
        ) from error


def _read_npz(path: Path) -> dict[str, Array]:
    with zipfile.ZipFile(path) as archive:
        altered = archive.testzip()
    if altered is not None:
        raise ValueError(f"the checksum of {altered} is wrong")
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


def _read_safetensors(function: str, path: Path) -> dict[str, Array]:
    with _safetensors(function).safe_open(path, framework="numpy") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        expected = (file.metadata() or {}).get("crc32")
    if expected is not None and expected != _checksum(arrays):
        raise ValueError("the checksum of its arrays is wrong")
    return arrays


def _checksum(arrays: Mapping[str, Array]) -> str:
    """Return one number for all bytes: the safetensors format itself has none."""
    checksum = 0
    for name in sorted(arrays):
        checksum = zlib.crc32(arrays[name].tobytes(), zlib.crc32(name.encode(), checksum))
    return str(checksum)


def _safetensors(function: str) -> ModuleType:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise ImportError(
            f"{function}: a .safetensors file needs the safetensors package: pip install safetensors"
        ) from error
    return safetensors
