"""A network's weights in a file, under PyTorch's names."""

import os

from tinyconv.layers import Layer
from tinyconv.shapes import DTypeError, ShapeError
from tinyconv.training.archive import read_arrays, with_suffix, write_arrays


def save(network: Layer, path: str | os.PathLike[str]) -> None:
    """Write the network's parameters and buffers to a ``.npz`` or ``.safetensors`` file in one stroke.

    A process that is killed meanwhile leaves the old file or the new one, never half of one.

    Raises:
        ShapeError: `path` has another suffix.
        ImportError: ``.safetensors``, and the safetensors package is not installed.

    >>> from tempfile import TemporaryDirectory
    >>> from tinyconv.layers import Linear
    >>> network = Linear(4, 2)
    >>> with TemporaryDirectory() as directory:
    ...     save(network, f"{directory}/weights.npz")
    ...     load_weights(network, f"{directory}/weights.npz")
    """
    target = with_suffix("save", "path", path, ".npz", ".safetensors")
    write_arrays("save", target, network.state_dict())


def load_weights(network: Layer, path: str | os.PathLike[str]) -> None:
    """Read what `save` wrote, or PyTorch in a ``.safetensors`` file, into the network.

    Nothing in the network changes unless everything fits.

    Raises:
        ShapeError: `path` has another suffix, or the names or shapes are another network's.
        DTypeError: an array does not hold floats, or ints where ints are counted.
        DamagedFileError: the file is truncated or altered, or is not what its suffix says (a ValueError).
        ImportError: ``.safetensors``, and the safetensors package is not installed.

    >>> from tinyconv.layers import Linear
    >>> load_weights(Linear(4, 2), "weights.pt")
    Traceback (most recent call last):
        ...
    tinyconv.shapes.ShapeError: load_weights: path (='weights.pt') must end in .npz or .safetensors
    """
    source = with_suffix("load_weights", "path", path, ".npz", ".safetensors")
    state = read_arrays("load_weights", "path", source)
    try:
        network.load_state_dict(state)
    except (ShapeError, DTypeError) as error:
        raise type(error)(f"load_weights: path (={str(path)!r}) does not fit the network: {error}") from error
