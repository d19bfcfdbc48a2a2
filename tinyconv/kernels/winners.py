"""The way back through ReLU and max-pool: each gradient goes to the pixel that won its window.

It goes straight into the two layouts in which the convolution's way back reads it; the gradient of the
convolution's output is never an image of its own.
"""

from typing import NamedTuple

import numpy as np
from numba import prange

from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array, Pair, plain
from tinyconv.kernels.outer import room_for_turned
from tinyconv.kernels.planes import Planes, room


@kernel
def planes_from_winners(  # type: ignore[no-untyped-def]
    dy, y, winners, planes, top, left, tap_rows, tap_cols, SH, SW
):
    """Planes (NF, HQ, WQ) with dy (NF, PH, PW) at each window's winner, if the ReLU let it through."""
    NF, HQ, WQ = planes.shape
    PH, PW = dy.shape[1:]
    zero = dy.dtype.type(0)
    for image in prange(NF):
        plane = planes[image].reshape(-1)
        plane[:] = 0
        for p in range(PH):
            upstream, maxima, won = dy[image, p], y[image, p], winners[image, p]
            for q in range(PW):
                value = upstream[q]  # read in any case: a choice of two numbers needs no branch
                value = zero if maxima[q] <= zero else value
                row, col = top + p * SH + tap_rows[won[q]], left + q * SW + tap_cols[won[q]]
                if 0 <= row < HQ and 0 <= col < WQ:
                    plane[row * WQ + col] = value


@kernel
def turned_from_winners(dy, y, winners, turned, tap_rows, tap_cols, SH, SW):  # type: ignore[no-untyped-def]
    """Turned (N, G, T, OH, OW, V) with the same from dy (N, F, PH, PW); a thread owns a row of windows."""
    N, F, PH, PW = dy.shape
    G, T, OH, OW, V = turned.shape[1:]
    flat = turned.reshape(-1)
    zero = dy.dtype.type(0)
    for task in prange(N * PH):
        n, p = task // PH, task % PH
        top, bottom = p * SH, OH if p == PH - 1 else (p + 1) * SH
        for tile in range(G * T):
            rows = flat[
                ((n * G * T + tile) * OH + top) * OW * V : ((n * G * T + tile) * OH + bottom) * OW * V
            ]
            rows[:] = 0
            first = tile // T * (F // G) + tile % T * V
            for v in range(min(V, F // G - tile % T * V)):
                upstream, maxima, won = dy[n, first + v, p], y[n, first + v, p], winners[n, first + v, p]
                for q in range(PW):
                    value = upstream[q]
                    value = zero if maxima[q] <= zero else value
                    place = tap_rows[won[q]] * OW + q * SW + tap_cols[won[q]]
                    rows[place * V + v] = value


class Upstream(NamedTuple):
    """What comes back to a block, (N, F, PH, PW) each, and how its pool lay on the convolution's output."""

    dy: Array
    y: Array
    winners: Array  # kh·KW + kw: the tap that won each window
    conv_size: Pair
    pool_size: Pair
    pool_stride: Pair

    def in_planes(self, part: slice, planes: Planes) -> Array:
        """Return the gradient by the convolution's output for some images: in `planes`, flat."""
        dy, y, winners = plain(self.dy[part]), self.y[part], self.winners[part]
        N, F, PH, PW = dy.shape
        flat = room("planes", N * F * planes.size, dy.dtype)
        images = (array.reshape(N * F, PH, PW) for array in (dy, y, winners))
        target = flat[: N * F * planes.size].reshape(N * F, *planes.shape[2:])
        before = -planes.rows.offsets[0], -planes.cols.offsets[0]
        planes_from_winners(*images, target, *before, *self._taps, *self.pool_stride)
        return flat

    def turned(self, part: slice, groups: int) -> Array:
        """Return the same turned, (N, G, T, OH, OW, V)."""
        dy, y, winners = plain(self.dy[part]), self.y[part], self.winners[part]
        turned = room_for_turned(len(dy), dy.shape[1] // groups, groups, self.conv_size, dy.dtype)
        turned_from_winners(dy, y, winners, turned, *self._taps, *self.pool_stride)
        return turned

    @property
    def _taps(self) -> tuple[Array, Array]:
        KH, KW = self.pool_size
        return np.divmod(np.arange(KH * KW), KW)
