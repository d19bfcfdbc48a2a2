"""tinyconv.plot.reading: a picture of somebody's own, as a network takes it."""

import matplotlib.image
import numpy as np
import pytest
from strategies_plot import nothing_global_changes  # noqa: F401

from tinyconv import ShapeError
from tinyconv.plot.reading import read_picture


def saved(path, picture):
    matplotlib.image.imsave(path, picture)
    return path


def test_a_small_picture_comes_as_it_is(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    x = read_picture(saved(tmp_path / "own.png", picture))
    assert (x.dtype, x.flags.c_contiguous) == (np.float32, True)
    np.testing.assert_allclose(x[0], np.moveaxis(picture, -1, 0) / 255, atol=1e-6)


def test_a_jpeg_and_a_grey_png_are_read(tmp_path):
    from PIL import Image

    grey = np.full((6, 4), 128, np.uint8)
    Image.fromarray(grey).save(tmp_path / "grey.png")
    Image.fromarray(np.stack([grey] * 3, axis=2)).save(tmp_path / "own.jpg")
    for name in ("grey.png", "own.jpg"):
        np.testing.assert_allclose(read_picture(tmp_path / name), np.full((1, 3, 6, 4), 128 / 255), atol=0.02)


def test_what_is_transparent_is_white(tmp_path):
    picture = np.zeros((2, 2, 4), np.uint8)
    picture[0, 0, 3] = 255
    x = read_picture(saved(tmp_path / "own.png", picture))
    assert x[0, :, 0, 0].tolist() == [0, 0, 0]
    assert x[0, :, 1, 1].tolist() == [1, 1, 1]


def test_a_large_picture_is_shrunk_to_means_of_squares(tmp_path):
    picture = np.random.default_rng(1).integers(0, 256, (40, 31, 3), np.uint8)
    x = read_picture(saved(tmp_path / "own.png", picture), most=10)
    assert x.shape == (1, 3, 10, 7)
    np.testing.assert_allclose(x[0, :, 2, 3], picture[8:12, 12:16].mean(axis=(0, 1)) / 255, rtol=1e-5)


def test_what_is_no_picture_is_said(tmp_path):
    (tmp_path / "own.png").write_text("no picture")
    (tmp_path / "cut.png").write_bytes(
        saved(tmp_path / "whole.png", np.zeros((9, 9, 3), np.uint8)).read_bytes()[:60]
    )
    for name in ("own", "cut"):
        with pytest.raises(
            ShapeError, match=rf"read_picture: path \(=.*{name}\.png'\) must be a PNG or JPEG"
        ):
            read_picture(tmp_path / f"{name}.png")
    with pytest.raises(OSError, match=r"nowhere\.png"):
        read_picture(tmp_path / "nowhere.png")
    with pytest.raises(ShapeError, match="less of a line"):
        read_picture(saved(tmp_path / "line.png", np.zeros((1, 300, 3), np.uint8)))
