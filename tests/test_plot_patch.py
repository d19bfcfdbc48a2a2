import numpy as np
import pytest
from strategies_plot import nothing_global_changes  # noqa: F401

from tinyconv import Conv2d, inspection
from tinyconv.plot import patch
from tinyconv.shapes import DTypeError

RNG = np.random.default_rng(0)
X = RNG.random((3, 6, 6), np.float32)
LAYER = Conv2d(3, 2, 3, padding=1, rng=0)


def number(text):
    return float(text.get_text().replace("−", "-"))


def test_the_numbers_that_are_written_make_the_output():
    display = patch(inspection.patch(LAYER, X, 1, 2, 3))
    total = 0.0
    for row in range(3):
        patch_ax, kernel_ax, products_ax = display.axes_[3 * row : 3 * row + 3]
        for one, other, product in zip(patch_ax.texts, kernel_ax.texts, products_ax.texts, strict=True):
            assert one.get_position() == other.get_position() == product.get_position()
            assert number(one) * number(other) == pytest.approx(number(product), abs=0.02)
            total += number(product)
    y, _ = LAYER(X[None])
    assert total + LAYER.bias[1] == pytest.approx(y[0, 1, 2, 3], abs=0.15), "27 numbers, each rounded"


def test_the_caption_is_the_sum():
    layer = Conv2d(2, 1, 1)
    layer.weight[:], layer.bias[:] = [[[[2]], [[-3]]]], 1
    found = inspection.patch(layer, np.full((2, 2, 2), 4, np.float32), 0, 1, 0)
    assert patch(found).caption == "filter 0 · cell (1, 0) · 8 − 12 + 1 = −3"


def test_taps_in_the_padding_are_hatched():
    display = patch(inspection.patch(LAYER, X, 0, 0, 5))
    for ax in display.axes_[::3]:
        hatched = {(int(tile.get_y()), int(tile.get_x())) for tile in ax.patches if tile.get_hatch()}
        assert hatched == {(0, 0), (0, 1), (0, 2), (1, 2), (2, 2)}


def test_of_many_channels_the_strongest_are_drawn_and_the_others_summed():
    display = patch(inspection.patch(Conv2d(9, 2, 3, rng=0), RNG.random((9, 5, 5), np.float32), 1, 0, 0))
    strength = abs(display.result.products).sum(axis=(1, 2))
    assert set(display.rows) == set(np.argsort(-strength)[:4])
    others = [text.get_text() for text in display.figure_.texts if "others" in text.get_text()]
    rest = np.delete(display.result.sums, display.rows).sum()
    assert float(others[0].split("\n")[0].removeprefix("5 others ").replace("−", "-")) == pytest.approx(
        rest, abs=0.006
    )
    assert "…" in display.caption


def test_what_is_something_else_is_refused():
    with pytest.raises(DTypeError, match=r"patch: result \(a int\) must be a Patch"):
        patch(3)
