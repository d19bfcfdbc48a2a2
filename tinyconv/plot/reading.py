"""Pictures from files, as a network takes them."""

import os

import matplotlib.image
import numpy as np

from tinyconv.shapes import Array, ShapeError, integer


def read_picture(path: str | os.PathLike[str], most: int = 64) -> Array:
    """Return a PNG or JPEG file as an image: float32 (1, 3, H, W) in [0, 1].

    Grey becomes RGB, what is transparent becomes white. A picture with a side longer than `most` is shrunk by
    a whole number: each pixel is the mean of a square, and what is left over at the right and bottom is cut.

    Raises:
        OSError: there is no such file.
        ShapeError, DTypeError: it holds no picture, or a mere line; or `most` is no int from 1 upwards.

    >>> import matplotlib.pyplot as plt
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as directory:
    ...     plt.imsave(f"{directory}/grey.png", np.ones((100, 130, 3)))
    ...     read_picture(f"{directory}/grey.png").shape
    (1, 3, 33, 43)
    """
    integer("read_picture", "most", most, minimum=1)
    picture = _read(os.fspath(path))
    if picture.dtype.kind in "ui":
        picture = picture / np.iinfo(picture.dtype).max
    picture = _opaque(picture.astype(np.float32))  # (H, W, 3)
    by = -(-max(picture.shape[:2]) // most)
    if min(picture.shape[:2]) < by:
        H, W = picture.shape[:2]
        raise ShapeError(f"read_picture: path (={str(path)!r}, {W}×{H} pixels) must be less of a line")
    return np.ascontiguousarray(np.moveaxis(_shrunk(picture, by), -1, 0)[None])


def _read(path: str) -> Array:
    open(path, "rb").close()  # a file that is missing or locked is not one without a picture
    try:
        return np.asarray(matplotlib.image.imread(path))
    except Exception as error:  # matplotlib and its readers all raise their own
        raise ShapeError(f"read_picture: path (={path!r}) must be a PNG or JPEG picture: {error}") from error


def _opaque(picture: Array) -> Array:
    """Return (H, W), (H, W, 3) or (H, W, 4) as (H, W, 3), on white."""
    if picture.ndim == 2:
        return np.repeat(picture[..., None], 3, axis=2)
    if picture.shape[2] == 2:  # grey and alpha
        picture = np.concatenate([np.repeat(picture[..., :1], 3, axis=2), picture[..., 1:]], axis=2)
    if picture.shape[2] == 3:
        return picture
    alpha = picture[..., 3:]
    return picture[..., :3] * alpha + (1 - alpha)


def _shrunk(picture: Array, by: int) -> Array:
    """Return the means of by×by squares: (H, W, 3) → (H // by, W // by, 3)."""
    H, W = picture.shape[0] // by, picture.shape[1] // by
    squares = picture[: H * by, : W * by].reshape(H, by, W, by, 3)
    return squares.mean(axis=(1, 3))
