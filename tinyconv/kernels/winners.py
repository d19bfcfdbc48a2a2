"""The way back through ReLU and max-pool: each gradient goes to the pixel that won its window.

So of each window one pixel has a gradient at most. They are listed, filter by filter, in the order of the
pixels; or, where the convolution's way back wants the gradient as an image, put into its planes.
"""

from typing import NamedTuple

import numpy as np

from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import helper, inlined, kernel
from tinyconv.kernels.layout import Array, Pair, plain
from tinyconv.kernels.list_tile import list_twin, make_list_tile
from tinyconv.kernels.scratch import scratch
from tinyconv.kernels.turns import turns
from tinyconv.kernels.unpool_tile import make_unpool_tile

list_tile, unpool_tile = make_list_tile(), make_unpool_tile()
list_few = helper(list_twin)  # of fewer numbers than a vector has


class Windows(NamedTuple):
    """What comes back to a pool's windows, as kernels take it: NF images, their PH·PW windows."""

    dy: Array  # (NF, PH, PW)
    y: Array  # (NF, PH, PW) what the ReLU lets through is above 0, or NaN
    winners: Array  # (NF, PH, PW) the tap that won, kh·KW + kw
    rows: Array  # (KH·KW,) the row of each tap in its window
    cols: Array  # (KH·KW,) and its column
    down: int  # rows from one window to the next
    across: int  # and columns


@helper
def lay_winners(windows, n, h, w, height, width, flat, o, pitch):  # type: ignore[no-untyped-def]
    """Put dy of image n at each pool window's winner, if the ReLU let it through.

    Those go to lines from flat[o] on, `pitch` from one to the next, which are a window (height, width) of the
    convolution's output, from row h and column w on. All else stays as it is.
    """
    dy, y, winners, tap_rows, tap_cols, SH, SW = windows
    PH, PW = dy.shape[1:]
    zero = dy.dtype.type(0)
    first, last = (h - tap_rows[-1] + SH - 1) // SH, (h + height - 1) // SH + 1  # rows of pool windows
    tiles = SH == SW == 2 and tap_rows.size == 4 and tap_rows[-1] == 1 and w <= 0 and 2 * PW - w <= width
    gradients, outputs, wins = dy.reshape(-1), y.reshape(-1), winners.reshape(-1)
    for p in range(max(0, first), min(PH, last)):
        if tiles:
            i = (n * PH + p) * PW
            for row in range(max(0, 2 * p - h), min(height, 2 * p - h + 2)):
                tap = 2 * (row + h - 2 * p)
                unpool_tile(gradients, outputs, wins, i, tap, flat, o + row * pitch - w, PW)
            continue
        upstream, maxima, won = dy[n, p], y[n, p], winners[n, p]
        for q in range(PW):
            value = upstream[q]  # read in any case: a choice of two numbers needs no branch
            value = zero if maxima[q] <= zero else value
            row, col = p * SH + tap_rows[won[q]] - h, q * SW + tap_cols[won[q]] - w
            if 0 <= row < height and 0 <= col < width:
                flat[o + row * pitch + col] = value


@kernel
def fill_dense(worker, workers, windows, dense):  # type: ignore[no-untyped-def]
    """Fill dense (NF, OH, OW) with the gradient at each window's winner."""
    NF, OH, OW = dense.shape
    flat = dense.reshape(-1)
    for n in turns(NF, worker, workers):
        dense[n] = 0
        lay_winners(windows, n, 0, 0, OH, OW, flat, n * OH * OW, OW)


@helper
def sum_by_rows(values, starts):  # type: ignore[no-untyped-def]
    """Return the sum of the values of all rows, row by row: those of row i begin at starts[i]."""
    total = values.dtype.type(0)
    for row in range(starts.size - 1):
        line = values.dtype.type(0)
        for entry in range(starts[row], starts[row + 1]):
            line += values[entry]
        total += line
    return total


@inlined
def list_row(data, start, count, taps, place, step, across, lists, o, lanes):  # type: ignore[no-untyped-def]
    """List what is not zero of a row of `count` windows, which begins at `start`; return how many those are.

    Of a window there are taps[0] to taps[0] + taps[1] − 1. Window 0 begins at `place`, the next one a `step`
    behind; from one tap to the next it is `across`. The list goes to `o`.
    """
    dy, listed = data[0], 0
    for q in range(0, count, lanes):
        i = max(0, min(start + q, dy.size - lanes))  # no vector beyond the last number
        first = start + q - i
        last = first + min(lanes, count - q)
        window = i, first, last, *taps, place + (q - first) * step, step, across
        if dy.size < lanes:
            listed += list_few(*data, *window, *lists, o + listed)
        else:
            listed += list_tile(*data, *window, *lists, o + listed)
    return listed


@kernel
def list_winners(worker, workers, windows, places, values, starts, sums, step, lanes):  # type: ignore[no-untyped-def]
    """Fill places and values (NF, P + lanes) with what is not zero, by rows of outputs.

    An output's place is row·step[0] + column·step[1]; the list of a row begins at starts (NF, OH + 1), and
    sums (NF,) are those of the values.
    """
    dy, y, winners, tap_rows, tap_cols, SH, SW = windows
    (NF, PH, PW), KH, KW = dy.shape, tap_rows[-1] + 1, tap_cols[-1] + 1
    OH, L, (down, across) = starts.shape[1] - 1, places.shape[1], step
    data = dy.reshape(-1), y.reshape(-1), winners.reshape(-1)
    lists = places.reshape(-1), values.reshape(-1)
    for image in turns(NF, worker, workers):
        start, count = starts[image], 0
        for row in range(OH):
            start[row] = count
            p, kh = row // SH, row % SH
            if p < PH and kh < KH:
                taps, here, o = (kh * KW, KW), (image * PH + p) * PW, image * L + count
                count += list_row(data, here, PW, taps, row * down, SW * across, across, lists, o, lanes)
        start[OH] = count
        sums[image] = sum_by_rows(values[image], start)


class Winners(NamedTuple):
    """The lists of some images: they hold until the next ones are made in this thread."""

    places: Array  # (NF, P + lanes) int32: where the patch that such an output's filter saw begins
    values: Array  # (NF, P + lanes)
    starts: Array  # (NF, OH + 1) where the list of each row of outputs begins
    sums: Array  # (NF,)


class Upstream(NamedTuple):
    """What comes back to a block, (N, F, PH, PW) each, and how its pool lay on the convolution's output."""

    dy: Array
    y: Array
    winners: Array  # kh·KW + kw: the tap that won each window
    conv_size: Pair
    pool_size: Pair
    pool_stride: Pair

    def dense(self, part: slice) -> Array:
        """Return the gradient by the convolution's output for some images, (N, F, OH, OW)."""
        shape = (*self.y[part].shape[:2], *self.conv_size)
        dense = scratch("gradients", int(np.prod(shape)), self.dy.dtype).reshape(shape)
        fill_dense(self.windows(part), dense.reshape(-1, *self.conv_size))
        return dense

    def listed(self, part: slice, step: Pair) -> Winners:
        """Return the same as lists; an output's place is row·step[0] + column·step[1]."""
        windows, lanes = self.windows(part), HOST.lanes(self.dy.itemsize)
        NF, PH, PW = windows.dy.shape
        length = PH * PW + lanes  # room behind, for the last vector
        places = scratch("places", NF * length, np.int32).reshape(NF, length)
        values = scratch("values", NF * length, self.dy.dtype).reshape(NF, length)
        starts = np.empty((NF, self.conv_size[0] + 1), np.int32)
        lists = Winners(places, values, starts, np.empty(NF, self.dy.dtype))
        list_winners(windows, *lists, step, lanes)
        return lists

    @property
    def list_bytes(self) -> int:
        """How much room the lists of one image take."""
        return self.dy[:1].size * (self.dy.itemsize + 4)

    def windows(self, part: slice) -> Windows:
        """Return the windows of some images."""
        arrays = plain(self.dy[part]), self.y[part], self.winners[part]
        dy, y, winners = (array.reshape(-1, *array.shape[2:]) for array in arrays)
        KH, KW = self.pool_size
        return Windows(dy, y, winners, *np.divmod(np.arange(KH * KW), KW), *self.pool_stride)
