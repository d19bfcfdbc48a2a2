"""Planes: the padded image, laid out so that every tap of the kernel reads one long line.

A convolution of stride s reads every s-th pixel. So the padded image is split into its s×s *phases*, the
pixels that are alike modulo the stride: within one phase, neighbouring outputs read neighbouring pixels, and
a tap is the phase it reads, shifted. With stride 1 there is one phase: the padded image itself.

A line of a phase is longer than a line of outputs, as the last tap reads beyond the last output; what a
vector computes there is thrown away. To waste less, the zeros behind a line are those before the next one.
Lines of their own for each tap of a row waste nothing: they pay where many filters read what was copied, and
rows are short.

A small image fills few vectors, and the last of them badly. So some images may lie *abreast*: a line of the
first, the same one of the second, and so on, as if they were one wide image.
"""

from typing import NamedTuple

import numpy as np

from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import helper, kernel
from tinyconv.kernels.layout import Array, Pair, plain
from tinyconv.kernels.line_tile import make_line_tile
from tinyconv.kernels.scratch import scratch
from tinyconv.kernels.tile import WIDEST
from tinyconv.kernels.turns import turns

line_tile = make_line_tile()

SHARED = 8  # zeros that two lines share at most
AHEAD = 2  # channels: no processor guesses where in the next ones it reads on


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

    @classmethod
    def apart(cls, positions: Array, stride: int, outputs: int) -> "Phases":
        """Return a phase of its own for each tap, exactly as long as the outputs.

        >>> Phases.apart(np.array([-1, 0, 1]), stride=1, outputs=4)[:3]
        (array([-1,  0,  1]), array([0, 1, 2]), array([0, 0, 0]))
        """
        taps = len(positions)
        return cls(positions, np.arange(taps), np.zeros(taps, np.int64), stride, outputs)

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
    cols: Phases  # of one image
    abreast: int = 1  # images

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(PH, PW, HQ, WQ): phases of the rows and of the columns, and their size, all images abreast."""
        lines = self.rows.length, self.cols.length * self.abreast
        return len(self.rows.offsets), len(self.cols.offsets), *lines

    @property
    def size(self) -> int:
        """How many pixels one channel takes, of all images abreast."""
        PH, PW, HQ, WQ = self.shape
        return PH * PW * HQ * WQ

    @property
    def lines(self) -> "Lines":
        """The same for a kernel."""
        rows, cols, _ = self
        _, _, HQ, WQ = self.shape
        return Lines(rows.offsets, cols.offsets, rows.stride, cols.stride, HQ, WQ, cols.length)

    @property
    def places(self) -> Array:
        """(KH, KW): where in a channel's planes output 0 finds the pixel of each tap."""
        _, PW, HQ, WQ = self.shape
        phase = self.rows.of_tap[:, None] * PW + self.cols.of_tap
        return (phase * HQ + self.rows.shift[:, None]) * WQ + self.cols.shift

    def are(self, size: Pair, itemsize: int) -> bool:
        """Return whether images of `size` lie like that already, and no tile can overrun them."""
        widest = WIDEST * HOST.lanes(itemsize)
        if self.shape != (1, 1, *size) or self.cols.length < widest + 2:
            return False
        untouched = all(axis.offsets[0] == 0 and axis.stride == 1 for axis in (self.rows, self.cols))
        # some phases of dx lack the first and the last output
        return untouched and self.cols.length - self.cols.shift.max() - 2 >= widest


class Lines(NamedTuple):
    """Planes as a kernel takes them: where in the image each line of a channel begins."""

    rows: Array  # (PH,) the row of the image with which each phase of the rows begins
    cols: Array  # (PW,) and the column
    down: int  # rows of the image from one line to the next
    across: int  # and columns from one number to the next
    lines: int  # of a phase
    length: int  # numbers of a line, of all images abreast
    width: int  # and of each


@helper
def abreast_in(lines):  # type: ignore[no-untyped-def]
    """Return how many images lie abreast, those that the last team lacks among them."""
    return lines.length // lines.width


@helper
def teams_of(images, groups, lines):  # type: ignore[no-untyped-def]
    """Return how many teams of images that lie abreast there are: each has those of one group of channels."""
    abreast = abreast_in(lines)
    return (images // groups + abreast - 1) // abreast * groups


@helper
def team_of(number, images, groups, lines):  # type: ignore[no-untyped-def]
    """Return a team: its first image, and how many it has, `groups` from one to the next.

    The last one of a group may have fewer than others.
    """
    abreast = abreast_in(lines)
    first = number // groups * groups * abreast + number % groups
    return first, min(abreast, (images - first + groups - 1) // groups)


@helper
def clear_lines(flat, o, pitch, width, count):  # type: ignore[no-untyped-def]
    """Fill `count` lines of `width` numbers with zeros, from flat[o] on, `pitch` from one to the next."""
    for line in range(count):
        flat[o + line * pitch : o + line * pitch + width] = 0


@helper
def lay_planes(x, planes, lines, top, height, flat, o):  # type: ignore[no-untyped-def]
    """Fill flat[o:] with planes (PH, PW, HQ, WQ) from x (NC, H, W): those from planes[0] to planes[1] − 1.

    Each phase gets `height` lines, from row `top` of outputs on. What lies outside of the image is 0. Of what
    other images have abreast nothing is touched.
    """
    H, W = x.shape[1:]
    SH, SW, HQ, WQ, width = lines.down, lines.across, lines.lines, lines.length, lines.width
    size = lines.rows.size * lines.cols.size * HQ * WQ
    images, (first, last), ahead = x.reshape(-1), planes, AHEAD * H * W
    for i in range(lines.rows.size):
        row = top * SH + lines.rows[i]  # of the first line
        above = min(height, max(0, -(row // SH)))  # lines above the image
        below = max(above, min(height, (H - 1 - row) // SH + 1))
        for j in range(lines.cols.size):
            column = lines.cols[j]  # of the first number
            start = min(width, max(0, -(column // SW)))
            stop = max(start, min(width, (W - 1 - column) // SW + 1))
            for plane in range(first, last):
                line = o + (plane - first) * size + (i * lines.cols.size + j) * HQ * WQ
                pixel = (plane * H + row + above * SH) * W + column
                if above:
                    clear_lines(flat, line, WQ, width, above)
                seen, count = line + above * WQ, below - above
                line_tile(images, pixel, SH * W, SW, flat, seen, WQ, start, stop, width, count, ahead)
                if below < height:
                    clear_lines(flat, line + below * WQ, WQ, width, height - below)
                if height < HQ:  # the last line has a next one too
                    clear_lines(flat, line + height * WQ, WQ, min(SHARED, width), 1)


@helper
def lay_band(x, team, groups, lines, top, more, bands, o):  # type: ignore[no-untyped-def]
    """Fill bands[o:] with the planes of a team's images of x (NG, C, H, W) from row `top` of outputs on.

    `more` is by how much its outputs have more rows, or fewer, than the planes have room for. Where an image
    is missing, there are zeros.
    """
    (C, H, W), (first, count) = x.shape[1:], team
    planes, channel_lines = x.reshape(-1, H, W), lines.rows.size * lines.cols.size * lines.lines
    for m in range(abreast_in(lines)):
        here, plane = o + m * lines.width, (first + m * groups) * C
        if m < count:
            lay_planes(planes, (plane, plane + C), lines, top, lines.lines + more, bands, here)
        else:
            clear_lines(bands, here, lines.length, lines.width, C * channel_lines)
    size = C * channel_lines * lines.length
    bands[o + size : o + size + SHARED] = 0  # behind the last line


@kernel
def fill_planes(worker, workers, x, planes, lines):  # type: ignore[no-untyped-def]
    """Planes (NC, PH·PW·HQ·WQ) from the images x (NC, H, W)."""
    for plane in turns(len(x), worker, workers):
        lay_planes(x, (plane, plane + 1), lines, 0, lines.lines, planes[plane], 0)


def split(x: Array, planes: Planes) -> Array:
    """Return the planes of x (N, C, H, W) as one flat array, with room behind for a vector that overruns.

    Where the images lie like that already it is their own memory; else it holds until the next call in this
    thread.
    """
    x = plain(x)
    if planes.are(x.shape[2:], x.itemsize):
        return x.reshape(-1)
    N, C, H, W = x.shape
    flat = scratch("planes", N * C * planes.size, x.dtype, zeros=SHARED + HOST.lanes(x.itemsize))
    target = flat[: N * C * planes.size].reshape(N * C, planes.size)
    fill_planes(x.reshape(N * C, H, W), target, planes.lines)
    return flat
