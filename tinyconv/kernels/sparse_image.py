"""The gradient of a block's images, from the winners alone: behind 2×2 windows, a quarter of the products.

    dx at patch(place) += Σ value · weight[f]

over the filters f that have a winner at that place, one place after the other. They are the products of the
convolution's own way back without those with zero, in the same order: so the sums have the same bits. But
zero times ∞ is no zero: filters that are not finite have to go the long way.
"""

import numpy as np

from tinyconv.kernels import plans, threads
from tinyconv.kernels.bands import rows_that_fit
from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import helper, kernel
from tinyconv.kernels.layout import Array, plain
from tinyconv.kernels.lending import empty, empty_vectors
from tinyconv.kernels.patch_tile import make_scatter_tile, make_sweep
from tinyconv.kernels.patches import Patches, fill_table, places_of
from tinyconv.kernels.scratch import scratch
from tinyconv.kernels.turn_tile import make_scatter_channels
from tinyconv.kernels.turns import turns
from tinyconv.kernels.winners import Winners

STRIP = 2 * 1024 * 1024  # bytes: tall, as rows beyond the band are made twice, and few of them are at work
PRODUCTS = 64  # of a pixel: so few are sooner added up, most of them with zeros, than looked for
PLACES = 512  # whose filters are sorted at a time: all blocks read them, and each block its filters' weights

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


@helper
def sort_rows(winners, own, count, top, bottom, patches, together, filters, values, lasts):  # type: ignore[no-untyped-def]
    """Sort the winners of `count` filters, from `own` on, in some rows of outputs by their places.

    Place p, counted over all rows from `top` to `bottom`, has a list from p·together to lasts[p]: the filters
    that have a winner there, in their order, and its values.
    """
    places, gradients, starts, _ = winners
    for p in range((bottom - top) * patches.cols):
        lasts[p] = p * together
    for row in range(top, bottom):
        before = row * patches.down - (row - top) * patches.cols
        for f in range(count):
            for entry in range(starts[own + f, row], starts[own + f, row + 1]):
                p = places[own + f, entry] - before
                filters[lasts[p]] = f
                values[lasts[p]] = gradients[own + f, entry]
                lasts[p] += 1


@helper
def scatter_rows(strips, q, patches, together, filters, values, lasts, rows, weights, o, S, lanes):  # type: ignore[no-untyped-def]
    """Add to strips[q:] what `rows` sorted rows have; the weights of their filters begin at `o`, S for each.

    Rows and places go down: so each pixel gets its products in the order of the taps.
    """
    for row in range(rows - 1, -1, -1):
        for col in range(patches.cols - 1, -1, -1):
            p = row * patches.cols + col
            first, last = p * together, lasts[p]
            if last > first:
                at = q + (row * patches.down + col) * patches.width
                scatter(strips, at, S, patches, filters, values, first, last, weights, o, lanes)


@kernel
def fill_image(  # type: ignore[no-untyped-def]
    worker, workers, table, patches, winners, pixels, dx, W, before, SH, rows, together, tall, lanes, strips
):
    """Fill dx (NG, C, H·W) from table (G, B, F/G, S); a task owns a band of `rows` rows of an image.

    A worker adds up a strip: the band, and what filters that see it reach beyond it, above and below. Those
    rows lack products, and are thrown away. So many filters `together`, and `tall` rows of outputs, that
    their lists and weights stay in the cache.
    """
    (NG, _, P), (G, B, F, S) = dx.shape, table.shape
    OH, H = winners.starts.shape[1] - 1, P // W
    bands, size = (H + rows - 1) // rows, strips.shape[1]
    width, cols, reach, down = patches.width, patches.cols, patches.reach, patches.down
    weights, flat, most = table.reshape(-1), strips.reshape(-1), tall * cols * together
    lists = np.empty(most, np.int32), np.empty(most, dx.dtype), np.empty(tall * cols, np.int64)
    for task in turns(NG * bands, worker, min(workers, len(strips))):
        image, h = task // bands, task % bands * rows
        height = min(rows, H - h)
        begin, end = rows_that_saw(h, height, before, reach, SH, OH)
        start, seen = begin * down, (end - 1 - begin) * down + reach * cols if end > begin else 0
        block = (seen + 1) * width  # and one more pixel, for those that nobody saw
        strips[worker, : B * block] = 0
        for f in range(0, F, together):
            for bottom in range(end, begin, -tall):
                top = max(begin, bottom - tall)
                own, count = image * F + f, min(together, F - f)
                sort_rows(winners, own, count, top, bottom, patches, together, *lists)
                for b in range(B):
                    q = worker * size + b * block + (top - begin) * down * width
                    o = ((image % G * B + b) * F + f) * S
                    scatter_rows(flat, q, patches, together, *lists, bottom - top, weights, o, S, lanes)
        mine = places_in_strip(pixels[h * W : (h + height) * W], start, seen)
        for b in range(B):
            copy_strip(flat, worker * size + b * block, width, mine, dx[image], b * width, h * W, lanes)


class ImageGradient:
    """dx, filled part by part."""

    def __init__(self, weight: Array, geometry: Geometry, patches: Patches, x: Array) -> None:
        self.dx, self.geometry, self.patches = empty(x.shape, x.dtype), geometry, patches
        self.table = empty_vectors(patches.table(geometry, HOST.lanes(weight.itemsize)), weight.dtype)
        fill_table(plain(weight).reshape(len(weight), -1), patches.slots, self.table)

    @staticmethod
    def suits(weight: Array, geometry: Geometry) -> bool:
        """Return whether this way may be gone, and is the shorter one.

        It is where a filter's channels fill a vector, and a pixel has more than a few products.
        """
        F, C, KH, KW = geometry.filters
        is_shorter = HOST.lanes(weight.itemsize) <= C and PRODUCTS < F * KH * KW
        return is_shorter and bool(np.isfinite(weight).all())

    def fill(self, part: slice, winners: Winners) -> None:
        """Fill the part's images."""
        patches, dx, groups = self.patches, self.dx[part], self.geometry.groups
        (top, left), (stride, _), lanes = self.geometry.before, self.geometry.stride, HOST.lanes(dx.itemsize)
        N, C, H, W = dx.shape
        images = dx.reshape(N * groups, C // groups, H * W)
        rows = rows_that_fit(H, len(images), patches.blocks * patches.size * dx.itemsize, STRIP)
        pixels = places_of((H, W), (top, left), patches.rows, patches.cols)
        tall = max(1, PLACES // patches.cols)
        how = W, top, stride, rows, plans.FILTERS, tall, lanes, self._strips(rows)
        fill_image(self.table, patches, winners, pixels, images, *how)

    def _strips(self, rows: int) -> Array:
        """Return room for each worker's strip, aligned, and a vector that overruns."""
        patches, lanes = self.patches, HOST.lanes(self.dx.itemsize)
        tallest = min(patches.rows, rows + 2 * patches.reach + self.geometry.stride[0])
        size = patches.blocks * (tallest * patches.cols + 1) * patches.width + lanes
        size += -size % lanes
        workers = threads.get_num_threads()
        return scratch("strips", workers * size, self.dx.dtype).reshape(workers, size)
