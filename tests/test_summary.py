"""tinyconv.summary: the table says what the real run does."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyconv import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from tinyconv.geometry import Axis
from tinyconv.summary import Size

NETWORK = Sequential(
    conv1=Conv2d(3, 8, 3, padding=1),
    relu1=ReLU(),
    pool1=MaxPool2d(2),
    conv2=Conv2d(8, 16, 3, stride=2, groups=4),
    flatten=Flatten(),
    fc=Linear(16 * 3 * 3, 5),
)


def value(size, number):
    """Return what a `Size` is for an image of `number` pixels."""
    return (number + size.add) // size.by


axes = st.builds(
    Axis, st.integers(1, 4), st.integers(1, 4), st.integers(0, 2), st.integers(0, 2), st.integers(1, 2)
)


@given(st.lists(axes, min_size=1, max_size=4), st.integers(60, 99))
def test_the_arithmetic_with_a_letter_is_the_arithmetic_with_the_number(chain, pixels):
    letter, number = Size("H"), pixels
    for axis in chain:
        letter, number = axis.output_size(letter), axis.output_size(number)
        assert value(letter, pixels) == number


@given(st.integers(1, 4), st.integers(1, 4), st.integers(60, 99))
@settings(max_examples=50)
def test_ceil_mode_too(kernel, stride, pixels):
    axis = Axis(kernel, min(stride, kernel))
    assert value(axis.output_size(Size("H"), ceil_mode=True), pixels) == axis.output_size(
        pixels, ceil_mode=True
    )


def test_the_numbers_are_the_real_ones():
    rows = {row.name: row for row in NETWORK.summary((3, 14, 14))}
    x = np.zeros((1, 3, 14, 14), np.float32)
    for name, layer in NETWORK.layers.items():
        x, _ = layer(x)
        assert rows[name].output_shape == x.shape[1:]
        assert rows[name].parameters == sum(p.size for p in layer.parameters().values())
    assert rows["conv1"].multiply_adds == (8 * 3 * 9, 14, 14)
    assert rows["conv2"].multiply_adds == (16 * 2 * 9, 3, 3)
    assert rows["pool1"].receptive_field == "4×4"
    assert rows["conv2"].receptive_field == "8×8"
    assert rows["fc"].receptive_field == "all"


def test_repr_is_a_table_with_letters_and_summary_one_with_numbers():
    letters, numbers = repr(NETWORK).splitlines(), repr(NETWORK.summary((3, 14, 14))).splitlines()
    assert letters[0].split() == ["name", "layer", "output", "shape", "parameters", "multiply-adds", "sees"]
    assert "(N, 8, ⌊H/2⌋, ⌊W/2⌋)" in letters[4]
    assert "(N, 8, 7, 7)" in numbers[4]
    total = numbers[-1].split()
    by_hand = 216 * 14 * 14 + 288 * 9 + 144 * 5
    assert total == ["total", f"{sum(p.size for p in NETWORK.parameters().values()):,}", f"{by_hand:,}"]


def test_an_overhang_that_only_the_number_can_tell_is_a_question_mark():
    text = repr(Sequential(MaxPool2d(2, stride=4, ceil_mode=True)))
    assert "(N, ?, ?, ?)" in text
