"""Planes: the padded image, laid out so that every tap of the kernel reads one long line.

A convolution of stride s reads every s-th pixel. So the padded image is split into its s×s *phases*, the
pixels that are alike modulo the stride: within one phase, neighbouring outputs read neighbouring pixels, and
a tap is the phase it reads, shifted. With stride 1 there is one phase: the padded image itself.

A line of a phase is longer than a line of outputs, as the last tap reads beyond the last output; what a
vector computes there is thrown away. To waste less, the zeros behind a line are those before the next one.
(Lines of their own for each tap would waste nothing, and were tried: three times the memory to read costs
more.)
"""

from typing import NamedTuple

import numpy as np
from numba import prange

from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array, plain
from tinyconv.kernels.scratch import scratch
from tinyconv.kernels.tile import WIDEST

SHARED = 8  # zeros that two lines share at most


class Phases(NamedTuple):
    """One axis of the split: which phases the taps read, and where in them each tap begins."""

    offsets: Array  # (P,) the pixel with which each phase begins: below 0 is padding
    of_tap: Array  # (K,) the index into `offsets` that each tap reads
    shift: Array  # (K,) the pixel of that phase that output 0 reads
    stride: int
    length: int  # pixels of a phase that the outputs read

    @classmethod
    def of(cls, positions: Array, stride: int, outputs: int) -> "Phases":
        """Return the phases for taps that read, for output 0, the pixels `positions` (K,).

        >>> taps = np.array([-1, 0, 1])  # a kernel of 3 with one pixel of padding
        >>> Phases.of(taps, stride=2, outputs=4)[:3]
        (array([-1,  0]), array([0, 1, 0]), array([0, 0, 1]))
        """
        shift, phase = np.divmod(positions - positions.min(), stride)
        offsets, of_tap = np.unique(phase, return_inverse=True)
        return cls(offsets + positions.min(), of_tap, shift, stride, outputs + int(shift.max()))

    def shared(self, size: int) -> "Phases":
        """Return the same for lines that lie one behind the other, of images `size` pixels wide.

        As many zeros behind each line are left out as lie before the next one.

        >>> taps = np.array([-1, 0, 1])
        >>> Phases.of(taps, stride=1, outputs=4).length, Phases.of(taps, 1, 4).shared(4).length
        (6, 5)
        """
        before = -(self.offsets // self.stride)  # zeros, in each phase
        behind = self.length + (self.offsets - size) // self.stride
        both = int(np.minimum(before, behind).min())
        return self._replace(length=self.length - min(max(both, 0), SHARED))


class Planes(NamedTuple):
    """How one channel is laid out: (PH, PW, HQ, WQ), and what each tap reads of it."""

    rows: Phases
    cols: Phases

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(PH, PW, HQ, WQ): phases of the rows and of the columns, and each one's size."""
        return len(self.rows.offsets), len(self.cols.offsets), self.rows.length, self.cols.length

    @property
    def size(self) -> int:
        """How many pixels one channel takes."""
        PH, PW, HQ, WQ = self.shape
        return PH * PW * HQ * WQ

    @property
    def places(self) -> Array:
        """(KH, KW): where in a channel's planes output 0 finds the pixel of each tap."""
        _, PW, HQ, WQ = self.shape
        phase = self.rows.of_tap[:, None] * PW + self.cols.of_tap
        return (phase * HQ + self.rows.shift[:, None]) * WQ + self.cols.shift

    def are(self, x: Array) -> bool:
        """Return whether the images (N, C, H, W) lie like that already, and no tile can overrun them."""
        if self.shape != (1, 1, *x.shape[2:]) or self.cols.length < WIDEST * HOST.lanes(x.itemsize) + 2:
            return False
        untouched = all(axis.offsets[0] == 0 and axis.stride == 1 for axis in self)
        # some phases of dx lack the first and the last output
        return untouched and self.cols.length - self.cols.shift.max() - 2 >= WIDEST * HOST.lanes(x.itemsize)


@kernel
def fill_planes(x, planes, row_offsets, col_offsets, SH, SW):  # type: ignore[no-untyped-def]
    """Planes (NC, PH, PW, HQ, WQ) from the images x (NC, H, W); what lies outside of the image is 0."""
    NC, PH, PW, HQ, WQ = planes.shape
    H, W = x.shape[1:]
    for plane in prange(NC):
        for i in range(PH):
            for j in range(PW):
                first = col_offsets[j]  # the pixel of column 0
                start = min(WQ, max(0, -(first // SW)))  # the first column on the image
                stop = max(start, min(WQ, (W - 1 - first) // SW + 1))
                for hq in range(HQ):
                    line = planes[plane, i, j, hq]
                    h = hq * SH + row_offsets[i]
                    if h < 0 or h >= H:
                        line[:] = 0
                        continue
                    line[:start] = 0
                    line[stop:] = 0
                    pixels = x[plane, h]
                    for wq in range(start, stop):
                        line[wq] = pixels[wq * SW + first]


def split(x: Array, planes: Planes) -> Array:
    """Return the planes of x (N, C, H, W) as one flat array, with room behind for a vector that overruns.

    Where the images lie like that already it is their own memory; else it holds until the next call in this
    thread.
    """
    x = plain(x)
    if planes.are(x):
        return x.reshape(-1)
    N, C, H, W = x.shape
    rows, cols = planes
    flat = room("planes", N * C * planes.size, x.dtype)
    target = flat[: N * C * planes.size].reshape(N * C, *planes.shape)
    fill_planes(x.reshape(N * C, H, W), target, rows.offsets, cols.offsets, rows.stride, cols.stride)
    return flat


def room(purpose: str, count: int, dtype: np.dtype) -> Array:
    """Return scratch for `count` numbers and, behind them, zeros: shared ones, and a vector that overruns."""
    flat = scratch(purpose, count + SHARED + HOST.lanes(dtype.itemsize), dtype)
    flat[count:] = 0
    return flat
