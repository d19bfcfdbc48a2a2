"""The gradient of the weights: over all pixels, add up what each tap saw times the gradient of what it made.

    dweight[f, k] = Σₙ Σᵢ Σⱼ planes[n, shifts[k] + i·WQ + j] · dy[n, f, i, j]

The taps are read from the planes in place, one number at a time. The gradients are turned: the filters of a
tile, V of them, lie side by side for each pixel, so that a tile takes them as whole vectors.
"""

import numpy as np

from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array, Pair, plain
from tinyconv.kernels.lending import empty
from tinyconv.kernels.plans import Reading
from tinyconv.kernels.scratch import scratch
from tinyconv.kernels.share import share
from tinyconv.kernels.tile import ROWS, make_outer_tile
from tinyconv.kernels.turns import turns

outer1, outer2 = make_outer_tile(1), make_outer_tile(2)

BLOCK = 192  # pixels: two vectors of gradients for each of them stay in the first-level cache
CHUNK = 8  # filters that are turned at a time: so many lines the first-level cache holds at any distance


@kernel
def turn(worker, workers, dy, turned):  # type: ignore[no-untyped-def]
    """Turned (N, G, T, P, V) from dy (N, G, F/G, P), with zeros for the filters that are missing."""
    N, G, T, P, V = turned.shape
    F = dy.shape[2]
    blocks = (P + BLOCK - 1) // BLOCK
    for task in turns(N * G * T * blocks, worker, workers):
        n, g, t = task // (G * T * blocks), task // (T * blocks) % G, task // blocks % T
        first = task % blocks * BLOCK
        last = min(P, first + BLOCK)
        filters = min(V, F - t * V)
        for f in range(0, filters, CHUNK):
            for p in range(first, last):
                target = turned[n, g, t, p]
                for i in range(f, min(filters, f + CHUNK)):
                    target[i] = dy[n, g, t * V + i, p]
        for p in range(first, last):
            turned[n, g, t, p, filters:] = 0


@kernel
def add_outer_products(worker, workers, planes, size, line, shifts, turned, sums, rows, lanes):  # type: ignore[no-untyped-def]
    """Add the outer products of all pixels to sums (G, T, K', V); a worker owns some of them."""
    N, G, T, OH, OW, V = turned.shape
    K = sums.shape[2]
    chunks = K // ROWS
    flat, made = sums.reshape(-1), turned.reshape(-1)
    mine = share(G * T * chunks, worker, workers)
    for n in range(N):
        for top in range(0, OH, rows):
            height = min(rows, OH - top)
            for unit in mine:
                tile, k = unit // chunks, unit % chunks * ROWS
                q = (n * G + tile // T) * size + top * line
                r = ((n * G * T + tile) * OH + top) * OW * V
                o = (tile * K + k) * V
                if lanes < V:
                    outer2(planes, q, shifts, k, line, made, r, V, height, OW, flat, o, V)
                else:
                    outer1(planes, q, shifts, k, line, made, r, V, height, OW, flat, o, V)


@kernel
def turn_back(worker, workers, sums, dweight):  # type: ignore[no-untyped-def]
    """Fill dweight (G, F/G, K) from the sums (G, T, K', V)."""
    G, F, K = dweight.shape
    V = sums.shape[3]
    chunks = (F + CHUNK - 1) // CHUNK
    for task in turns(G * chunks, worker, workers):
        g, f = task // chunks, task % chunks * CHUNK
        for k in range(K):
            total = sums[g, f // V, k]
            for i in range(f, min(F, f + CHUNK)):
                dweight[g, i, k] = total[i % V]


@kernel
def add_pixels(worker, workers, turned, sums):  # type: ignore[no-untyped-def]
    """Fill sums (NGT, V) with the gradients (NGT, OH, OW, V) of all pixels, added up row by row."""
    NGT, OH, OW, V = turned.shape
    for tile in turns(NGT, worker, workers):
        total, row = sums[tile], np.empty(V, turned.dtype)
        total[:] = 0
        for i in range(OH):
            row[:] = 0
            for j in range(OW):
                pixel = turned[tile, i, j]
                for v in range(V):
                    row[v] += pixel[v]
            for v in range(V):
                total[v] += row[v]


def tiles_of(filters: int, itemsize: int) -> Pair:
    """Return (T, V): into how many tiles of how many numbers `filters` are cut.

    >>> lanes = HOST.lanes(4)
    >>> tiles_of(4 * lanes, 4) == (2, 2 * lanes), tiles_of(3 * lanes, 4) == (3, lanes)
    (True, True)
    """
    lanes = HOST.lanes(itemsize)
    vectors = -(-filters // lanes)
    pairs = vectors % 2 == 0 or vectors > 4
    return (-(-vectors // 2), 2 * lanes) if pairs else (vectors, lanes)


def turn_gradients(dy: Array, groups: int) -> Array:
    """Return dy (N, F, OH, OW) as (N, G, T, OH, OW, V)."""
    N, F, OH, OW = dy.shape
    T, V = tiles_of(F // groups, dy.itemsize)
    turned = scratch("turned", N * groups * T * OH * OW * V, dy.dtype).reshape(N, groups, T, OH * OW, V)
    turn(plain(dy).reshape(N, groups, F // groups, OH * OW), turned)
    return turned.reshape(N, groups, T, OH, OW, V)


class WeightGradient:
    """Sums over all images, which may come in several parts: the order of the additions is the same."""

    def __init__(self, reading: Reading, groups: int, filters: int, dtype: np.dtype) -> None:
        self.reading, self.filters = reading, filters
        K = len(reading.shifts)
        self.shifts = np.concatenate([reading.shifts, np.zeros(-K % ROWS, np.int64)])
        T, V = tiles_of(filters, dtype.itemsize)
        self.sums = np.zeros((groups, T, len(self.shifts), V), dtype)
        self.bias = np.zeros((groups, T * V), dtype)

    def add(self, planes: Array, turned: Array) -> None:
        """Add what some images say: their planes, and their gradients, turned."""
        N, G, T, OH, OW, V = turned.shape
        line, size = self.reading.line, self.reading.size
        rows, lanes = max(1, BLOCK // OW), HOST.lanes(turned.itemsize)
        add_outer_products(planes, size, line, self.shifts, turned, self.sums, rows, lanes)
        by_image = np.empty((N * G * T, V), turned.dtype)
        add_pixels(turned.reshape(N * G * T, OH, OW, V), by_image)
        for image in by_image.reshape(N, G, T * V):
            self.bias += image

    def dweight(self, shape: tuple[int, ...]) -> Array:
        """Return the sums as (F, C/G, KH, KW)."""
        dweight = empty(shape, self.sums.dtype)
        turn_back(self.sums, dweight.reshape(len(self.sums), self.filters, -1))
        return dweight

    def dbias(self) -> Array:
        """Return the sums as (F,)."""
        return self.bias[:, : self.filters].reshape(-1)
