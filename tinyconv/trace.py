"""The flight recorder: named arrays in the order in which the real run made them.

Whoever computes an intermediate array passes it through `note(name, array)`, which returns the array.
By default a note does nothing. A `Recorder` keeps what passes, so looking is never a second implementation.
"""

from typing import Self, TypeVar

import numpy as np

from tinyconv.shapes import Array

T = TypeVar("T")


class Note:
    """A silent note: returns its array and forgets it.

    `path` says where in the network the run is: ``"conv1"``, or ``""`` outside a network.

    >>> Note()("columns", [1, 2])
    [1, 2]
    >>> Note().within("features").within("conv1").path
    'features.conv1'
    """

    __slots__ = ("path",)

    keeps = False  # whether somebody looks: an array that is made only to be looked at is made only then
    watches = False  # whether every layer runs by itself, so that its output comes by

    def __init__(self, path: str = "") -> None:
        self.path = path

    def __call__(self, name: str, array: T) -> T:
        """Return `array`."""
        return array

    def within(self, name: str) -> Self:
        """Return the note for the layer `name` inside this one."""
        return type(self)(f"{self.path}.{name}" if self.path else name)


class Recorder(Note):
    """A note that keeps a read-only copy of every array under ``path/name``, in order.

    A name that comes again (a layer used twice) gets ``#2``, ``#3``, … appended.

    >>> recorder = Recorder()
    >>> _ = recorder.within("conv1")("output", np.ones(2))
    >>> recorder.arrays
    {'conv1/output': array([1., 1.])}
    """

    __slots__ = ("arrays",)

    keeps = watches = True

    def __init__(self, path: str = "", arrays: dict[str, Array] | None = None) -> None:
        super().__init__(path)
        self.arrays: dict[str, Array] = {} if arrays is None else arrays

    def __call__(self, name: str, array: T) -> T:
        """Keep a copy of `array`, and return it."""
        full = f"{self.path}/{name}" if self.path else name
        key, again = full, 1
        while key in self.arrays:
            again += 1
            key = f"{full}#{again}"
        copy = np.array(array)  # a copy: whoever made the array may go on writing into it
        copy.flags.writeable = False
        self.arrays[key] = copy
        return array

    def within(self, name: str) -> Self:
        """Return a recorder for the layer `name` that writes into the same dict."""
        return type(self)(f"{self.path}.{name}" if self.path else name, self.arrays)


SILENT = Note()
