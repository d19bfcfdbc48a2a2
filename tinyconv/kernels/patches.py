"""Patches: the padded image with its channels last, so that what a filter sees lies in a few long runs.

A pixel's channels come in blocks of `width`, each block an image of its own. Few channels, fewer than a
vector holds, are one block, and neighbouring taps of a row make one run; of many, each tap is a run of whole
vectors. What a vector reads behind the end of a run is thrown away.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from tinyconv.kernels import bands
from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import helper, kernel
from tinyconv.kernels.layout import Array, Pair, grouped, plain
from tinyconv.kernels.patch_tile import SIZES
from tinyconv.kernels.scratch import scratch
from tinyconv.kernels.turn_tile import make_gather_channels
from tinyconv.kernels.turns import turns

gather_channels = make_gather_channels()


class Patches(NamedTuple):
    """How one group's channels lie, and where in a patch each weight of a filter meets its number."""

    blocks: int
    width: int  # channels of a block, side by side
    rows: int  # of the padded image, as far as any filter sees it
    cols: int
    reach: int  # rows of a patch
    down: int  # pixels from one output's patch to that of the next row of outputs
    across: int  # and of the next column
    sizes: Array  # how many vectors each tile takes
    shifts: Array  # (A,) where each vector of a patch begins
    slots: Array  # (K,) where weight k of a group's first filter lies in that group's table

    @property
    def nowhere(self) -> int:
        """The place of a pixel that no filter sees: behind the last one."""
        return self.rows * self.cols

    @property
    def size(self) -> int:
        """How many numbers one block of one image takes."""
        return (self.nowhere + 1) * self.width

    def table(self, geometry: Geometry, lanes: int) -> tuple[int, int, int, int]:
        """Return the shape (G, B, F/G, S) of a table: in each block, A vectors for each filter."""
        return geometry.groups, self.blocks, geometry.filters[0], len(self.shifts) * lanes


@lru_cache(maxsize=1024)
def patches_of(geometry: Geometry, lanes: int) -> Patches:
    """Return the layout for vectors of `lanes` numbers.

    >>> geometry = Geometry((8, 3, 5, 5), (1, 1), (1, 1), (0, 0), (28, 28), (24, 24))
    >>> patches_of(geometry, 16)[:5]  # each row of 5 · 3 numbers is one vector
    (1, 3, 28, 28, 5)
    """
    F, C, KH, KW = geometry.filters
    stride, dilation = geometry.stride, geometry.dilation
    rows, cols = (
        (axis.outputs - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1 for axis in geometry.axes
    )
    few = lanes > C
    width = C if few else lanes * min(-(-C // lanes), max(1, SIZES[0] // (KH * KW)))
    taps = KW if few and dilation[1] == 1 else 1  # of one run
    vectors = -(-taps * width // lanes)  # of one run
    kh, kw = np.ogrid[:KH, :KW:taps]
    runs = (kh * dilation[0] * cols + kw * dilation[1]) * width
    shifts = (runs.reshape(-1, 1) + np.arange(vectors) * lanes).reshape(-1)
    c, kh, kw = np.ogrid[:C, :KH, :KW]
    run, tap = np.divmod(kh * KW + kw, taps)
    slots = (c // width * F * len(shifts) + run * vectors) * lanes + tap * width + c % width
    reach, blocks = (KH - 1) * dilation[0] + 1, -(-C // width)
    return Patches(
        blocks,
        width,
        rows,
        cols,
        reach,
        stride[0] * cols,
        stride[1],
        np.array(_sizes(len(shifts))),
        shifts,
        slots.reshape(-1),
    )


def _sizes(vectors: int) -> list[int]:
    """Cut `vectors` into what tiles take."""
    sizes = []
    for size in SIZES:
        count, vectors = divmod(vectors, size)
        sizes += [size] * count
    return sizes


@lru_cache(maxsize=64)
def places_of(size: Pair, before: Pair, rows: int, cols: int) -> Array:
    """Return the places (H·W,) of the pixels of images of `size` in padded ones: those outside are nowhere.

    >>> places_of((2, 3), (0, 1), rows=2, cols=3).tolist()
    [1, 2, 6, 4, 5, 6]
    """
    row, col = (np.arange(axis) + zeros for axis, zeros in zip(size, before, strict=True))
    seen = (row < rows)[:, None] & (col < cols)
    return np.where(seen, row[:, None] * cols + col, rows * cols).astype(np.int32).reshape(-1)


@helper
def count_odd(images, i, P, channels, first, last):  # type: ignore[no-untyped-def]
    """Return how many numbers of some channels, P numbers each from images[i] on, are not finite.

    Only pixels `first` to `last` − 1 are looked at.
    """
    found = 0
    for c in range(channels):
        pixels = images[i + c * P + first : i + c * P + last]
        for p in range(pixels.size):
            found += not abs(pixels[p]) < np.inf  # nor is NaN
    return found


@helper
def gather_pixels(images, i, P, channels, first, last, places, flat, o, width, lanes):  # type: ignore[no-untyped-def]
    """Put the same pixels to their places from flat[o] on, `width` numbers each."""
    done = 0
    while channels - done >= lanes and last - first >= lanes:
        for p in range(first, last, lanes):
            at = min(p, last - lanes)  # the last square is moved back to end at the last pixel
            gather_channels(images, i + done * P + at, P, places, at, width, flat, o + done)
        done += lanes
    where = places[first:last]
    for c in range(done, channels):
        pixels, target = images[i + c * P + first : i + c * P + last], flat[o + c :]
        for p in range(where.size):
            target[where[p] * width] = pixels[p]


@kernel
def fill_patches(worker, workers, x, places, blocks, odd, size, above, rows, lanes):  # type: ignore[no-untyped-def]
    """Fill blocks (NG, B, HP·WP + 1, V) from x (NG, C, H, W); `odd` (NG·B·count,) counts what is not finite.

    A task owns a band of a block: so many `rows`, of the HP and WP that are its `size`, with as many rows of
    zeros `above` the image. Of its pixels, those that no filter sees go behind the block, where nobody reads.
    """
    (_, B, pixels, V), (HP, WP) = blocks.shape, size
    (NG, C, H, W), count = x.shape, (HP + rows - 1) // rows
    images, flat, P = x.reshape(-1), blocks.reshape(-1), H * W
    for task in turns(NG * B * count, worker, workers):
        own, top = task // count, task % count * rows
        bottom, o, c = min(HP, top + rows), own * pixels * V, own % B * V
        flat[o + top * WP * V : o + (bottom * WP + (bottom == HP)) * V] = 0
        i, channels = (own // B * C + c) * P, min(C - c, V)
        first, last = W * min(H, max(0, top - above)), W * min(H, max(0, bottom - above))
        odd[task] = count_odd(images, i, P, channels, first, last)
        gather_pixels(images, i, P, channels, first, last, places, flat, o, V, lanes)


@kernel
def fill_table(worker, workers, weight, slots, table):  # type: ignore[no-untyped-def]
    """Table (G, B, F/G, S) from weight (F, K): weight k in its slot, zeros in the others."""
    G, B, F, S = table.shape
    flat = table.reshape(-1)
    for own in turns(G * F, worker, workers):
        g, f = own // F, own % F
        table[g, :, f] = 0
        for k in range(slots.size):
            flat[(g * B * F + f) * S + slots[k]] = weight[own, k]


@kernel
def read_table(worker, workers, table, slots, weight):  # type: ignore[no-untyped-def]
    """Weight (F, K) from table (G, B, F/G, S)."""
    G, B, F, S = table.shape
    flat = table.reshape(-1)
    for own in turns(G * F, worker, workers):
        g, f = own // F, own % F
        for k in range(slots.size):
            weight[own, k] = flat[(g * B * F + f) * S + slots[k]]


def in_patches(x: Array, groups: int, before: Pair, patches: Patches) -> Array | None:
    """Return x (N, C, H, W) in blocks, flat, until the next call in this thread; None if it is not finite."""
    count, lanes = len(x) * groups * patches.blocks, HOST.lanes(x.itemsize)
    flat = scratch("planes", count * patches.size, x.dtype, zeros=lanes)
    blocks = flat[:-lanes].reshape(-1, patches.blocks, patches.nowhere + 1, patches.width)
    rows = bands.rows_that_fit(patches.rows, count, patches.size * x.itemsize, bands.CACHE)
    odd = np.empty(count * -(-patches.rows // rows), np.int64)
    size = patches.rows, patches.cols
    places = places_of(x.shape[2:], before, *size)
    fill_patches(grouped(plain(x), groups), places, blocks, odd, size, before[0], rows, lanes)
    return None if odd.any() else flat
