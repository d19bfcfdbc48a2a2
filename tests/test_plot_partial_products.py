import numpy as np
import pytest
from strategies_plot import nothing_global_changes  # noqa: F401

from tinyconv import Conv2d, inspection
from tinyconv.plot import partial_products
from tinyconv.shapes import DTypeError

RNG = np.random.default_rng(0)


def shown(display):
    return [np.asarray(ax.images[0].get_array()) for ax in display.axes_]


def drawn(C=3, size=8, **options):
    layer = Conv2d(C, 4, 3, rng=0, **options)
    return layer, partial_products(
        inspection.partial_products(layer, RNG.random((C, size, size), np.float32), 1)
    )


def test_the_pictures_are_an_equation():
    layer, display = drawn()
    maps = shown(display)
    running = 0.0
    for row in range(3):
        x, kernel, product, total = maps[4 * row : 4 * row + 4]
        patches = np.lib.stride_tricks.sliding_window_view(x, (3, 3))
        assert product == pytest.approx((patches * kernel).sum(axis=(2, 3)), abs=1e-5)
        running = running + product
        assert total == pytest.approx(running, abs=1e-5)
    output, rectified, pooled = maps[12:]
    assert output == pytest.approx(running + layer.bias[1], abs=1e-5)
    assert (rectified == np.maximum(output, 0)).all()
    assert (pooled == rectified.reshape(3, 2, 3, 2).max(axis=(1, 3))).all()


def test_signs_and_names_stand_between_them():
    _, display = drawn()
    texts = [text.get_text() for text in display.figure_.texts]
    assert [text for text in texts if text in "∗=+→" and text] == [
        "∗",
        "=",
        "→",
        "∗",
        "=",
        "+",
        "∗",
        "=",
        "+",
    ] + ["→"] * 3
    assert "$R * k_{R}$" in texts
    assert {"input", "kernel", "product", "running sum", "+ bias", "ReLU", "max-pool 2×2"} <= set(texts)


def test_all_that_the_filter_makes_has_one_scale_around_zero():
    _, display = drawn()
    limits = [
        ax.images[0].get_clim() for number, ax in enumerate(display.axes_) if number >= 12 or number % 4 >= 2
    ]
    assert len(set(limits)) == 1
    assert limits[0][0] == -limits[0][1]


def test_the_cells_that_win_the_pool_are_framed():
    _, display = drawn()
    rectified = display.axes_[13]
    won = {(int(box.get_y()), int(box.get_x())) for box in rectified.patches}
    assert won == {divmod(int(winner), 6) for winner in display.result.winners.ravel()}


def test_of_many_channels_the_strongest_are_drawn_and_the_last():
    _, display = drawn(C=9)
    strength = abs(display.result.products).sum(axis=(1, 2))
    assert display.rows[-1] == 8
    assert set(display.rows[:3]) == set(np.argsort(-strength[:8])[:3])
    assert "4 of 9 channels" in display.caption
    texts = [text.get_text() for text in display.figure_.texts]
    skipped = [row != before + 1 for before, row in zip([-1, *display.rows], display.rows, strict=False)]
    assert texts.count("…+") + texts.count("+…+") == sum(skipped)
    assert shown(display)[-4 + 1] == pytest.approx(display.result.running[-1] + display.result.bias, abs=1e-5)


def test_channels_of_a_group_keep_their_numbers():
    layer = Conv2d(6, 2, 3, groups=2, rng=0)
    display = partial_products(inspection.partial_products(layer, RNG.random((6, 5, 5), np.float32), 1))
    assert "$x_{4} * k_{4}$" in [text.get_text() for text in display.figure_.texts]


def test_small_maps_have_their_numbers_and_large_ones_have_none():
    _, small = drawn(size=5)
    _, large = drawn(size=30)
    assert len(small.axes_[2].texts) == 9
    assert len(large.axes_[2].texts) == 0
    assert len(large.axes_[1].texts) == 9, "a kernel is small"


def test_without_a_pool_the_equation_ends_behind_the_relu():
    found = inspection.partial_products(Conv2d(1, 1, 3), RNG.random((1, 5, 5), np.float32), 0, pool=None)
    assert len(partial_products(found).axes_) == 4 + 2


def test_what_is_something_else_is_refused():
    with pytest.raises(DTypeError, match=r"partial_products: result \(a Conv2d\) must be a PartialProducts"):
        partial_products(Conv2d(1, 1, 3))
