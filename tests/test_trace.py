"""tinyconv.trace: what a recorder keeps."""

import numpy as np

from tinyconv import Conv2d, MaxPool2d, ReLU, Sequential
from tinyconv.trace import SILENT, Note, Recorder


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


def test_who_watches_hears_every_layer_and_has_no_columns_made():
    heard = []

    class Watcher(Note):
        watches = True

        def __call__(self, name, array):
            heard.append(f"{self.path}/{name}")
            return array

    network = Sequential(conv=Conv2d(1, 2, 3), relu=ReLU(), pool=MaxPool2d(2))
    network.forward(np.zeros((1, 1, 8, 8), np.float32), note=Watcher())
    assert [name for name in heard if name.endswith("output")] == [
        "conv/output",
        "relu/output",
        "pool/output",
    ]
    assert "conv/columns" not in heard
