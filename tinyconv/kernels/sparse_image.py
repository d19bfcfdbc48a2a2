"""The gradient of a block's images, from the winners alone: behind 2×2 windows, a quarter of the products.

    dx at patch(place) += value · weight[f]

over the list of each filter f, one after the other. They are the products of the convolution's own way back
without those with zero, in the same order: so the sums have the same bits. But zero times ∞ is no zero:
filters that are not finite have to go the long way.
"""

import numpy as np
from numba import prange

from tinyconv.kernels import threads
from tinyconv.kernels.bands import rows_that_fit
from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import helper, kernel
from tinyconv.kernels.layout import Array, plain
from tinyconv.kernels.lending import empty
from tinyconv.kernels.patch_tile import make_scatter_tile, make_sweep
from tinyconv.kernels.patches import Patches, fill_table, places_of
from tinyconv.kernels.scratch import scratch
from tinyconv.kernels.turn_tile import make_scatter_channels
from tinyconv.kernels.winners import Winners

scatter = make_sweep(make_scatter_tile)
scatter_channels = make_scatter_channels()


@helper
def rows_that_saw(h, height, before, reach, SH, OH):  # type: ignore[no-untyped-def]
    """Return the rows of outputs, first and behind the last, that saw any of `height` rows from h on."""
    first = min(OH, max(0, (h + before - reach + SH) // SH))
    return first, max(first, min(OH, (h + before + height - 1) // SH + 1))


@helper
def places_in_strip(pixels, first, seen):  # type: ignore[no-untyped-def]
    """Return the places of pixels in a strip that begins at place `first`: `seen` for those outside."""
    places = np.empty(len(pixels), np.int32)
    for p in range(len(pixels)):
        place = pixels[p] - first
        places[p] = place if 0 <= place < seen else seen
    return places


@helper
def copy_strip(strips, o, width, places, dx, c, p, lanes):  # type: ignore[no-untyped-def]
    """Fill dx (C, P) from channel c and pixel p on with the strip's `width` channels at `places`."""
    flat, (C, P), count, done = dx.reshape(-1), dx.shape, len(places), 0
    channels = min(width, C - c)
    while channels - done >= lanes and count >= lanes:
        for i in range(0, count, lanes):
            at = min(i, count - lanes)  # the last square is moved back to end at the last pixel
            scatter_channels(flat, (c + done) * P + p + at, P, places, at, width, strips, o + done)
        done += lanes
    for channel in range(done, channels):
        pixels = dx[c + channel, p : p + count]
        for i in range(count):
            pixels[i] = strips[o + places[i] * width + channel]


@kernel
def fill_image(table, patches, winners, pixels, dx, W, before, SH, rows, lanes, strips):  # type: ignore[no-untyped-def]
    """Fill dx (NG, C, H·W) from table (GF, B, S); a task owns a band of `rows` rows of a block.

    A worker adds up a strip: the band, and what filters that see it reach beyond it, above and below. Those
    rows lack products, and are thrown away.
    """
    (NG, _, P), (GF, B, S) = dx.shape, table.shape
    places, values, starts, _ = winners
    OH, L, H = starts.shape[1] - 1, places.shape[1], P // W
    F = len(starts) // NG
    bands, (workers, size) = (H + rows - 1) // rows, strips.shape
    width, cols, reach = patches.width, patches.cols, patches.reach
    filters, where, what, flat = table.reshape(-1), places.reshape(-1), values.reshape(-1), strips.reshape(-1)
    tasks = NG * B * bands
    for worker in prange(workers):
        for task in range(worker * tasks // workers, (worker + 1) * tasks // workers):
            image, b, h = task // (B * bands), task // bands % B, task % bands * rows
            height = min(rows, H - h)
            begin, end = rows_that_saw(h, height, before, reach, SH, OH)
            start, seen = begin * SH * cols, ((end - 1 - begin) * SH + reach) * cols if end > begin else 0
            strips[worker, : (seen + 1) * width] = 0  # and one more pixel, for those that nobody saw
            q = worker * size - start * width
            for own in range(image * F, (image + 1) * F):
                first, last = own * L + starts[own, begin], own * L + starts[own, end]
                o = (own % GF * B + b) * S
                scatter(flat, q, patches, where, what, first, last, filters, o, lanes)
            mine = places_in_strip(pixels[h * W : (h + height) * W], start, seen)
            copy_strip(flat, worker * size, width, mine, dx[image], b * width, h * W, lanes)


class ImageGradient:
    """dx, filled part by part."""

    def __init__(self, weight: Array, geometry: Geometry, patches: Patches, x: Array) -> None:
        self.dx, self.geometry, self.patches = empty(x.shape, x.dtype), geometry, patches
        self.lanes = HOST.lanes(x.itemsize)
        F, vectors = len(weight), (patches.blocks, len(patches.shifts) * self.lanes)
        self.table = empty((F, *vectors), weight.dtype)
        fill_table(plain(weight).reshape(F, -1), patches.slots, self.table.reshape(F, -1))

    @staticmethod
    def is_exact(weight: Array) -> bool:
        """Return whether this way may be gone, and is worth it: a filter's channels fill a vector."""
        return weight.shape[1] >= HOST.lanes(weight.itemsize) and bool(np.isfinite(weight).all())

    def fill(self, part: slice, winners: Winners) -> None:
        """Fill the part's images."""
        patches, dx, groups = self.patches, self.dx[part], self.geometry.groups
        (top, left), (stride, _) = self.geometry.before, self.geometry.stride
        N, C, H, W = dx.shape
        images = dx.reshape(N * groups, C // groups, H * W)
        rows = rows_that_fit(H, len(images) * patches.blocks, patches.size * dx.itemsize)
        strips = self._strips(rows)
        pixels = places_of((H, W), (top, left), patches.rows, patches.cols)
        fill_image(self.table, patches, winners, pixels, images, W, top, stride, rows, self.lanes, strips)

    def _strips(self, rows: int) -> Array:
        """Return room for each worker's strip, aligned, and a vector that overruns."""
        tallest = (rows + 2 * self.patches.reach + self.geometry.stride[0]) * self.patches.cols + 1
        size = tallest * self.patches.width + self.lanes
        size += -size % self.lanes
        workers = threads.get_num_threads()
        return scratch("strips", workers * size, self.dx.dtype).reshape(workers, size)
