"""Patches: the padded image with its channels last, so that what a filter sees lies in a few long runs.

A pixel's channels come in blocks of `width`, each block an image of its own. Few channels, fewer than a
vector holds, are one block, and neighbouring taps of a row make one run; of many, each tap is a run of whole
vectors. What a vector reads behind the end of a run is thrown away.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array, Pair, plain
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


@kernel
def fill_patches(worker, workers, x, places, blocks, odd, lanes):  # type: ignore[no-untyped-def]
    """Blocks (NG, B, HP·WP + 1, V) from x (NG, C, H·W); `odd` (NG·B,) counts what is not finite."""
    NG, B, _, V = blocks.shape
    C, P = x.shape[1:]
    images, flat = x.reshape(-1), blocks.reshape(-1)
    for task in turns(NG * B, worker, workers):
        image, first = task // B, task % B * V
        block = blocks[image, task % B]
        block.reshape(-1)[:] = 0
        found = 0
        for c in range(first, min(C, first + V)):
            pixels = x[image, c]
            for p in range(P):
                found += not abs(pixels[p]) < np.inf  # nor is NaN
        odd[task] = found
        done = first
        while C - done >= lanes and lanes <= P and done < first + V:
            o = task * block.size + done - first
            for p in range(0, P, lanes):
                at = min(p, P - lanes)  # the last square is moved back to end at the last pixel
                gather_channels(images, (image * C + done) * P + at, P, places, at, V, flat, o)
            done += lanes
        for c in range(done, min(C, first + V)):
            pixels = x[image, c]
            for p in range(P):
                block[places[p], c - first] = pixels[p]


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
    N, C, H, W = x.shape
    shape = N * groups, patches.blocks, patches.nowhere + 1, patches.width
    lanes = HOST.lanes(x.itemsize)
    flat = scratch("planes", int(np.prod(shape)), x.dtype, zeros=lanes)
    odd = np.empty(shape[0] * shape[1], np.int64)
    places = places_of((H, W), before, patches.rows, patches.cols)
    images = plain(x).reshape(N * groups, C // groups, H * W)
    fill_patches(images, places, flat[:-lanes].reshape(shape), odd, lanes)
    return None if odd.any() else flat
