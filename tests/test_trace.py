"""tinyconv.trace: what a recorder keeps."""

import numpy as np

from tinyconv.trace import SILENT, Recorder


def test_a_note_returns_the_very_array_that_it_was_given():
    x = np.ones(3)
    assert SILENT("x", x) is x
    assert Recorder()("x", x) is x


def test_a_recorder_keeps_what_was_there_even_if_it_is_overwritten_later():
    recorder, x = Recorder(), np.ones(3)
    recorder("x", x)
    x[:] = 5
    np.testing.assert_array_equal(recorder.arrays["x"], [1, 1, 1])


def test_names_say_where_and_never_collide():
    recorder = Recorder()
    inner = recorder.within("block").within("conv")
    for number in range(3):
        inner("output", np.full(1, number))
    assert list(recorder.arrays) == ["block.conv/output", "block.conv/output#2", "block.conv/output#3"]
    assert inner.path == "block.conv"
