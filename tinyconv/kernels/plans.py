"""Plans: how an image is laid out, and where in it each product of an output lies.

Along one axis, output o and tap k read the pixel o·s + k·d − padding. The way back turns that around: pixel p
of the image, padded p' = p + padding = q·s + phase, got products from the taps with (k·d) % s = phase, and of
those tap k made output q − (k·d) // s. So each phase of dx is a convolution of dy too, with stride 1.

Its products are added up tap by tap, some filters at a time. The order is free as long as every way keeps it;
this one suits `sparse_image`, where some filters have a product at a place: it takes all of them at once.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from tinyconv.kernels.geometry import Axis, Geometry
from tinyconv.kernels.layout import Array, Pair
from tinyconv.kernels.planes import Phases, Planes

FILTERS = 64  # at a time: what a row of their taps reads stays in the first-level cache


class Reading(NamedTuple):
    """Where the products of each output lie in the planes, and which pixel of the result the output is.

    The outputs of one *phase* have the same taps: those of the way back come in as many as the stride has,
    those of the forward pass in one.
    """

    shifts: Array  # (ΣK,) the place of each product for output 0, in their order, phase by phase
    bounds: Array  # (P + 1,) where the shifts of each phase begin
    origins: Array  # (P, 2) the row and column of the planes' lines that output 0 is
    firsts: Array  # (P, 2) the row and column of the result that it is
    down: int  # rows of the result from one output to the next
    across: int  # and columns
    line: int  # from one row of outputs to the next, of all images abreast
    width: int  # and from one image to the next
    size: int  # numbers in the planes of one group of channels


@lru_cache(maxsize=1024)
def forward_plan(
    geometry: Geometry, rows: int | None = None, apart: bool = False, abreast: int = 1
) -> tuple[Planes, Reading]:
    """Return the layout of x, one group of channels, and the reading for y.

    `rows` are the outputs' rows of a band, all of them where there are none, and `abreast` its images; with
    `apart`, each tap of a row has lines of its own.
    """
    down, across = geometry.axes
    line = across.positions, across.stride, across.outputs
    cols = Phases.apart(*line) if apart else Phases.of(*line).shared(across.size)
    planes = Planes(Phases.of(down.positions, down.stride, rows or down.outputs), cols, abreast)
    channels = np.arange(geometry.filters[1])[:, None] * planes.size
    shifts = (channels + planes.places.reshape(-1)).reshape(-1)
    return planes, _reading(planes, geometry.filters[1], [shifts])


def backward_plan(
    geometry: Geometry, rows: int | None = None, abreast: int = 1
) -> tuple[Planes, Reading, list[Array]]:
    """Return the layout of dy, one group of filters, the reading for dx, and its weights.

    `rows` are those of a band, all of them where there are none, and `abreast` its images. The weights (K,)
    of each phase are indices into those of a group, flat, for channel 0.
    """
    F, C, KH, KW = geometry.filters
    H, W = geometry.size
    down, across = map(_BackwardAxis.of, geometry.axes)
    planes = Planes(down.phases(rows), across.phases(), abreast)
    weights, shifts, origins, firsts = [], [], [], []
    for row, down_taps in down.taps.items():
        for col, across_taps in across.taps.items():
            first = down.first_pixel(row), across.first_pixel(col)
            if first[0] < H and first[1] < W:
                f, kh, kw = _steps(F, down_taps, across_taps)
                weights.append((f * C * KH + kh) * KW + kw)
                shifts.append(f * planes.size + planes.places[kh, kw])
                origins.append((down.first_q(row), across.first_q(col)))
                firsts.append(first)
    return planes, _reading(planes, F, shifts, origins, firsts, geometry.stride), weights


def _steps(F: int, down_taps: Array, across_taps: Array) -> Array:
    """Return f, kh and kw (3, K) of each product, in their order.

    >>> _steps(2, np.array([0, 1]), np.array([2]))
    array([[0, 1, 0, 1],
           [0, 0, 1, 1],
           [2, 2, 2, 2]])
    """
    grid = np.meshgrid(np.arange(F), down_taps, across_taps, indexing="ij")
    f, kh, kw = steps = np.stack(grid).reshape(3, -1)
    return steps[:, np.lexsort((f, kw, kh, f // FILTERS))]  # the last key counts most


class _BackwardAxis(NamedTuple):
    """One axis of the way back; q counts from the first one that any phase needs."""

    shift: Array  # (K,) tap k made output q − shift[k]
    taps: dict[int, Array]  # the taps of each phase
    stride: int
    before: int
    start: int  # the first q
    length: int  # how many there are

    @classmethod
    def of(cls, axis: Axis) -> "_BackwardAxis":
        kernel, stride, dilation, before, size, _ = axis
        shift, phase = np.divmod(np.arange(kernel) * dilation, stride)
        taps = {int(p): np.flatnonzero(phase == p) for p in np.unique(phase)}
        start = min(max(0, -((p - before) // stride)) for p in taps)
        return cls(shift, taps, stride, before, start, max(1, (before + size - 1) // stride + 1 - start))

    def phases(self, length: int | None = None) -> Phases:
        return Phases.of(self.start - self.shift, 1, length or self.length)

    def first_q(self, phase: int) -> int:
        return max(0, -((phase - self.before) // self.stride)) - self.start

    def first_pixel(self, phase: int) -> int:
        return (self.first_q(phase) + self.start) * self.stride + phase - self.before


def _reading(
    planes: Planes,
    channels: int,
    shifts: list[Array],
    origins: Sequence[Pair] = ((0, 0),),
    firsts: Sequence[Pair] = ((0, 0),),
    step: Pair = (1, 1),
) -> Reading:
    """Return the reading for each phase's shifts; the planes hold all channels of a group."""
    bounds = np.cumsum([0] + [len(phase) for phase in shifts])
    flat = np.concatenate([*shifts, np.zeros(0, np.int64)])
    origin, first = (np.array(pair, np.int64).reshape(-1, 2) for pair in (origins, firsts))
    line, width = planes.shape[3], planes.cols.length
    return Reading(flat, bounds, origin, first, *step, line, width, channels * planes.size)
