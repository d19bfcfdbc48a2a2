"""The data files that lie beside this module: arrays in compressed `.npz` files, never pickles."""

from importlib import resources

import numpy as np

from tinyconv.shapes import Array


def load(name: str) -> dict[str, Array]:
    """Return the arrays of one data file: fresh ones at every call, so the caller may change them.

    >>> {key: array.shape for key, array in load("digits.npz").items()}
    {'images': (1797, 8, 8), 'labels': (1797,)}
    """
    source = resources.files("tinyconv.data") / name
    with source.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)
