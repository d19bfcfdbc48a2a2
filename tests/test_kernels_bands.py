"""tinyconv.kernels.bands: a band fits the cache, every thread gets work, and the cheaper layout is taken."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_blocks import bands_chosen_with

from tinyconv.kernels import bands, threads
from tinyconv.kernels.bands import Task, backward_band, forward_band, rows_that_fit
from tinyconv.kernels.geometry import Geometry

befores = st.tuples(st.integers(0, 2), st.integers(0, 2))
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
sizes = st.tuples(st.integers(1, 60), st.integers(1, 60))


def band_for(filters, size, images=64, workers=2, before=(1, 1)):
    """Return the band of a convolution that keeps the size."""
    geometry = Geometry(filters, (1, 1), (1, 1), before, size, size)
    return forward_band(geometry, Task(workers, images, 1, 4, size[0]))


@given(st.integers(1, 70), st.integers(1, 70), pairs, pairs, pairs, befores, sizes, st.integers(1, 4))
def test_a_band_fits_the_cache_unless_it_is_one_row(F, C, kernel, stride, dilation, before, outputs, workers):
    size = tuple(
        max(1, (o - 1) * s + (k - 1) * d + 1 - b)
        for o, s, k, d, b in zip(outputs, stride, kernel, dilation, before, strict=True)
    )
    geometry = Geometry((F, C, *kernel), stride, dilation, before, size, outputs)
    task = Task(workers, 1, 1, 4, outputs[0])
    for band in (forward_band(geometry, task), backward_band(geometry, task, True)[0]):
        assert 1 <= band.rows <= band.units
        if band.is_copied:
            assert band.rows == 1 or band.reading.size * 4 <= bands.CACHE
            assert len(band.room(np.dtype(np.float32))) == threads.get_num_threads()


def test_every_thread_gets_work():
    for workers in (1, 2, 5):
        band = band_for((32, 8, 3, 3), (100, 100), images=1, workers=workers)
        assert -(-band.units // band.rows) % workers == 0
        band = band_for((64, 64, 3, 3), (7, 7), images=workers, workers=workers)
        teams = -(-workers // (band.reading.line // band.reading.width))
        assert teams * -(-band.units // band.rows) >= workers


def test_lines_of_their_own_have_to_be_worth_it():
    """Of a line of 14 pixels, four are there for the last taps alone; of one of 57, one is."""
    short = Geometry((64, 64, 5, 5), (1, 1), (1, 1), (0, 0), (14, 14), (10, 10))
    assert forward_band(short, Task(2, 8, 1, 4, 10)).reading.width == 10
    for worth, width in ((bands.WORTH, 57), (1e9, 56)):
        with bands_chosen_with(WORTH=worth, CACHE=1 << 19):
            assert band_for((256, 128, 3, 3), (56, 56)).reading.width == width
    assert band_for((8, 256, 3, 3), (112, 112)).reading.width == 113


def test_a_band_that_comes_from_far_away_leaves_room_for_its_image():
    """Few filters read it again: a larger band would gain less than it costs to lay."""
    case = (64, 256, 1, 1), (56, 56)
    for late, fits in ((bands.LATE, 2), (0, 1)):
        with bands_chosen_with(LATE=late, CACHE=960 * 1024):
            band = band_for(*case, before=(0, 0))
            assert bands.CACHE / 2 < fits * 256 * 56 * 4 * band.rows <= bands.CACHE


@pytest.mark.parametrize("channels", [512, 1024])
def test_lines_of_their_own_have_to_fit_the_cache(channels):
    """A band of one row may be larger; but then the shorter lines are the better ones, whatever they gain."""
    geometry = Geometry((64, channels, 3, 3), (1, 1), (1, 1), (1, 1), (56, 56), (56, 56))
    with bands_chosen_with(WORTH=1e9, CACHE=1 << 19):
        pooled = forward_band(geometry, Task(2, 1, 1, 4, 28, window=2, step=2, pools=True))
    assert (pooled.rows, pooled.reading.line) == (1, 57)


def test_small_images_lie_abreast():
    """7×7 outputs fill three vectors and one number of a fourth."""

    def abreast(*case, **options):
        reading = band_for(*case, **options).reading
        return reading.line // reading.width

    assert abreast((64, 64, 3, 3), (7, 7)) > 1
    assert abreast((64, 64, 3, 3), (7, 7), images=1) == 1
    assert abreast((64, 64, 3, 3), (56, 56)) == 1
    assert abreast((64, 64, 1, 1), (7, 7), before=(0, 0)) > 1


def test_images_abreast_have_to_be_worth_it():
    for worth, most in ((1e-9, 1), (1e9, 64)):
        with bands_chosen_with(WORTH=worth):
            reading = band_for((1, 1, 3, 3), (4, 4)).reading
            assert reading.line == most * reading.width


def test_images_that_lie_like_that_already_are_read_in_place():
    assert not band_for((8, 8, 1, 1), (60, 60), before=(0, 0)).is_copied
    assert band_for((8, 8, 3, 3), (60, 60)).is_copied


def test_images_are_read_in_place_by_few_filters():
    for filters, is_copied in ((bands.FEW, False), (bands.FEW + 1, True)):
        assert band_for((filters, 8, 1, 1), (60, 60), before=(0, 0)).is_copied == is_copied
        back = Geometry((8, filters, 1, 1), (1, 1), (1, 1), (0, 0), (60, 60), (60, 60))
        assert backward_band(back, Task(2, 64, 1, 4, 0), True)[0].is_copied == is_copied
        assert backward_band(back, Task(2, 64, 1, 4, 0), False)[0].is_copied


def test_a_band_that_is_read_in_place_leaves_room_for_the_next_one():
    band = band_for((32, 256, 1, 1), (56, 56), before=(0, 0))
    assert not band.is_copied
    assert band.rows > 1
    assert 2 * 256 * band.rows * 56 * 4 <= bands.CACHE


def test_a_band_is_chosen_once_for_each_number_of_threads():
    case = (8, 8, 3, 3), (60, 60)
    assert band_for(*case) is band_for(*case)
    assert band_for(*case) is not band_for(*case, workers=1)
    back = Geometry((2, 3, 3, 3), (1, 1), (1, 1), (1, 1), (4, 4), (4, 4)), Task(2, 1, 1, 4, 0), True
    assert backward_band(*back) is backward_band(*back)


def test_rows_fit_the_cache_and_give_every_thread_work():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "get_num_threads", lambda: 2)
        assert rows_that_fit(rows=100, images=1, image_bytes=100 * 99, cache=99) == 1
        assert rows_that_fit(rows=100, images=1, image_bytes=100, cache=99_999) == 25
        assert rows_that_fit(rows=100, images=1000, image_bytes=100, cache=100) == 100
        assert rows_that_fit(rows=1, images=1, image_bytes=1, cache=1) == 1
