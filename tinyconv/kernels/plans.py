"""Plans: how an image is laid out, and where in it each product of an output lies.

Along one axis, output o and tap k read the pixel o·s + k·d − padding. The way back turns that around: pixel p
of the image, padded p' = p + padding = q·s + phase, got products from the taps with (k·d) % s = phase, and of
those tap k made output q − (k·d) // s. So each phase of dx is a convolution of dy too, with stride 1.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from tinyconv.kernels.layout import Array, Pair
from tinyconv.kernels.planes import Phases, Planes


class Reading(NamedTuple):
    """Where the products of one output lie in the planes, and which pixels of `out` the outputs are."""

    shifts: Array  # (K,) the place of each product for output 0
    line: int  # from one row of outputs to the next
    size: int  # numbers in the planes of one group of channels
    origin: int = 0
    first: Pair = (0, 0)  # the row and column of `out` that output 0 is
    step: Pair = (1, 1)  # rows and columns of `out` from one output to the next


class BackwardPlan(NamedTuple):
    """How dy is laid out, and for each phase of dx the taps that read it and where their products lie."""

    planes: Planes
    phases: list[tuple[Array, Reading]]


@lru_cache(maxsize=1024)
def forward_plan(
    filters: tuple[int, int, int, int],
    stride: Pair,
    dilation: Pair,
    before: Pair,
    outputs: Pair,
    width: int,
) -> tuple[Planes, Reading]:
    """Return the layout of x for one group's `filters` (F, C, KH, KW), and the reading for y.

    `before` are the zeros above and left of the images, `width` is that of the images.
    """
    _, C, *kernel = filters
    axes = zip(kernel, stride, dilation, before, outputs, strict=True)
    rows, cols = (Phases.of(np.arange(k) * d - b, s, o) for k, s, d, b, o in axes)
    planes = Planes(rows, cols.shared(width))
    return planes, _reading(planes, C, planes.places)


@lru_cache(maxsize=1024)
def backward_plan(
    filters: tuple[int, int, int, int], stride: Pair, dilation: Pair, before: Pair, input_size: Pair
) -> BackwardPlan:
    """Return the layout of dy for one group's `filters` (F, C, KH, KW), and the readings for dx."""
    F, _, *kernel = filters
    axes = zip(kernel, stride, dilation, before, input_size, strict=True)
    rows, cols = (_BackwardAxis.of(*axis) for axis in axes)
    planes = Planes(rows.phases, cols.phases)
    found = []
    for row, kh in rows.taps.items():
        for col, kw in cols.taps.items():
            first = rows.first_pixel(row), cols.first_pixel(col)
            if first[0] < input_size[0] and first[1] < input_size[1]:
                origin = rows.first_q(row) * planes.cols.length + cols.first_q(col)
                places = planes.places[kh[:, None], kw]
                reading = _reading(planes, F, places, origin, first, stride)
                found.append(((kh[:, None] * kernel[1] + kw).reshape(-1), reading))
    return BackwardPlan(planes, found)


class _BackwardAxis(NamedTuple):
    """One axis of the way back; q counts from the first one that any phase needs."""

    shift: Array  # (K,) tap k made output q − shift[k]
    taps: dict[int, Array]  # the taps of each phase
    stride: int
    before: int
    start: int  # the first q
    length: int  # how many there are

    @classmethod
    def of(cls, kernel: int, stride: int, dilation: int, before: int, size: int) -> "_BackwardAxis":
        shift, phase = np.divmod(np.arange(kernel) * dilation, stride)
        taps = {int(p): np.flatnonzero(phase == p) for p in np.unique(phase)}
        start = min(max(0, -((p - before) // stride)) for p in taps)
        return cls(shift, taps, stride, before, start, max(1, (before + size - 1) // stride + 1 - start))

    @property
    def phases(self) -> Phases:
        return Phases.of(self.start - self.shift, 1, self.length)

    def first_q(self, phase: int) -> int:
        return max(0, -((phase - self.before) // self.stride)) - self.start

    def first_pixel(self, phase: int) -> int:
        return (self.first_q(phase) + self.start) * self.stride + phase - self.before


def _reading(
    planes: Planes, channels: int, places: Array, origin: int = 0, first: Pair = (0, 0), step: Pair = (1, 1)
) -> Reading:
    """Return the reading of the places within one channel's planes, over all channels of a group."""
    shifts = (np.arange(channels)[:, None, None] * planes.size + places).reshape(-1)
    return Reading(shifts, planes.cols.length, channels * planes.size, origin, first, step)
