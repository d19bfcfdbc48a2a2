"""Random stacks of windows, and what each of their cells sees, found one tap at a time."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from tinyconv.geometry import Axis, Line, View, Window
from tinyconv.metadata import attach


class Stack(NamedTuple):
    """Some windows over an image of H×W, and the size of each map."""

    H: int
    W: int
    windows: list
    sizes: list

    @property
    def view(self):
        view = View.of_image(self.H, self.W)
        for window, size in zip(self.windows, self.sizes, strict=True):
            view = view.through(window, *size)
        return view

    @property
    def size(self):
        return self.sizes[-1] if self.sizes else (self.H, self.W)


axes = st.builds(
    Axis,
    kernel=st.integers(1, 4),
    stride=st.integers(1, 3),
    before=st.integers(0, 3),
    after=st.integers(0, 3),
    dilation=st.integers(1, 3),
)
dense_axes = axes.map(lambda axis: axis._replace(stride=min(axis.stride, axis.kernel), dilation=1))


@st.composite
def stacks(draw, axis=axes, largest=10, layers=4):
    """Up to `layers` windows, all of which fit, over an image of at most largest×largest."""
    H, W = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    windows, sizes, size = [], [], (H, W)
    for window in draw(st.lists(st.builds(Window, axis, axis, st.booleans()), max_size=layers)):
        OH = window.rows.output_size(size[0], window.ceil_mode)
        OW = window.cols.output_size(size[1], window.ceil_mode)
        if OH < 1 or OW < 1:
            break
        size = OH, OW
        windows.append(window)
        sizes.append(size)
    return Stack(H, W, windows, sizes)


def seen_by_rows(stack):
    """For each row of the last map: the set of the image's rows that reach it."""
    return _seen(stack.H, [(w.rows, size[0]) for w, size in zip(stack.windows, stack.sizes, strict=True)])


def seen_by_cols(stack):
    """For each column of the last map: the set of the image's columns that reach it."""
    return _seen(stack.W, [(w.cols, size[1]) for w, size in zip(stack.windows, stack.sizes, strict=True)])


def _seen(size, layers):
    cells = [{pixel} for pixel in range(size)]
    for axis, count in layers:
        taps = [
            [o * axis.stride - axis.before + k * axis.dilation for k in range(axis.kernel)]
            for o in range(count)
        ]
        cells = [set().union(*(cells[tap] for tap in row if 0 <= tap < len(cells))) for row in taps]
    return cells


def line_of(stack) -> Line:
    return stack.view.cols


def quarters(low, high):
    """Numbers on a grid of quarters: exact in binary."""
    return st.integers(4 * low, 4 * high).map(lambda number: number / 4)


coordinates = quarters(-10, 30)
lengths = quarters(0, 2) | quarters(0, 30)  # many that are narrower than a cell, and some that are 0


@st.composite
def box_arrays(draw, most=4):
    """(M, 4) half-open boxes around and on a small image; some without area."""
    row = st.tuples(coordinates | quarters(-1, 2), coordinates | quarters(-1, 2), lengths, lengths)
    rows = np.array(draw(st.lists(row, max_size=most)), float).reshape(-1, 4)
    return np.hstack([rows[:, :2], rows[:, :2] + rows[:, 2:]])


@st.composite
def intervals(draw):
    """A half-open interval on and around a small line."""
    return sorted((draw(coordinates), draw(coordinates)))


@st.composite
def instance_masks(draw, H, W, most=4):
    """(H, W) ids from 0 to at most `most`, some of which may be missing."""
    ids = draw(st.lists(st.integers(0, most), min_size=H * W, max_size=H * W))
    dtype = draw(st.sampled_from([np.uint8, np.int32, np.int64]))
    return np.array(ids, dtype).reshape(H, W)


def carried(metadata, stack):
    """Attach the metadata of one image (a dict) or more (a list), and take them through the stack."""
    N = 1 if isinstance(metadata, dict) else len(metadata)
    metadata = attach(metadata, (N, 3, stack.H, stack.W), "test")
    for number, (window, size) in enumerate(zip(stack.windows, stack.sizes, strict=True), start=1):
        metadata = metadata.through(f"conv{number}", window, *size).through(f"relu{number}")
    return metadata
