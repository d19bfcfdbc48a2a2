"""Planes: the padded image, laid out so that every tap of the kernel reads one long line.

A convolution of stride s reads every s-th pixel. So the padded image is split into its s×s *phases*, the
pixels that are alike modulo the stride: within one phase, neighbouring outputs read neighbouring pixels, and
a tap is the phase it reads, shifted. With stride 1 there is one phase: the padded image itself.

Along one axis, output o and tap t read the padded pixel o·s + t·d, which is pixel o + (t·d) // s of the phase
(t·d) % s.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import prange

from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array, Pair, plain
from tinyconv.kernels.scratch import scratch


class Phases(NamedTuple):
    """One axis of the split: which phases the taps read, and where in them each tap begins."""

    offsets: Array  # (P,) the phases, as pixels from 0 to stride − 1
    of_tap: Array  # (K,) the index into `offsets` that each tap reads
    shift: Array  # (K,) the pixel of that phase that output 0 reads
    stride: int
    length: int  # pixels of a phase that the outputs read

    @classmethod
    def of(cls, kernel: int, stride: int, dilation: int, outputs: int) -> "Phases":
        """Return the phases that `kernel` taps read.

        >>> Phases.of(kernel=3, stride=2, dilation=1, outputs=4).shift
        array([0, 0, 1])
        """
        shift, phase = np.divmod(np.arange(kernel) * dilation, stride)
        offsets, of_tap = np.unique(phase, return_inverse=True)
        return cls(offsets, of_tap, shift, stride, outputs + int(shift[-1]))

    @classmethod
    def whole(cls, length: int) -> "Phases":
        """Return the one phase of stride 1, with one tap."""
        return cls(np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64), 1, length)


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


@lru_cache(maxsize=1024)
def planes_for(kernel_size: Pair, stride: Pair, dilation: Pair, outputs: Pair) -> Planes:
    """Return the layout for a window that stands on `outputs` places.

    >>> planes_for((3, 3), (2, 2), (1, 1), (4, 4)).shape
    (2, 2, 5, 5)
    """
    rows, cols = map(Phases.of, kernel_size, stride, dilation, outputs)
    return Planes(rows, cols)


@kernel
def fill_planes(x, planes, row_offsets, col_offsets, SH, SW, top, left):  # type: ignore[no-untyped-def]
    """Planes (NC, PH, PW, HQ, WQ) from the images x (NC, H, W); what lies outside of the image is 0."""
    NC, PH, PW, HQ, WQ = planes.shape
    H, W = x.shape[1:]
    for plane in prange(NC):
        for i in range(PH):
            for j in range(PW):
                first = col_offsets[j] - left  # the pixel of column 0
                start = min(WQ, max(0, -(first // SW)))  # the first column on the image
                stop = max(start, min(WQ, (W - 1 - first) // SW + 1))
                for hq in range(HQ):
                    line = planes[plane, i, j, hq]
                    h = hq * SH + row_offsets[i] - top
                    if h < 0 or h >= H:
                        line[:] = 0
                        continue
                    line[:start] = 0
                    line[stop:] = 0
                    pixels = x[plane, h]
                    for wq in range(start, stop):
                        line[wq] = pixels[wq * SW + first]


def split(x: Array, planes: Planes, before: Pair) -> Array:
    """Return the planes of x (N, C, H, W) as one flat array, with room behind for a vector that overruns.

    `before` are the zeros above and left of the image. The array holds until the next call in this thread.
    """
    N, C, H, W = x.shape
    count = N * C * planes.size
    flat = scratch("planes", count + HOST.lanes(x.itemsize), x.dtype)
    flat[count:] = 0
    rows, cols = planes
    fill_planes(
        plain(x).reshape(N * C, H, W),
        flat[:count].reshape(N * C, *planes.shape),
        rows.offsets,
        cols.offsets,
        rows.stride,
        cols.stride,
        *before,
    )
    return flat
