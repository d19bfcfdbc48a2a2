"""The gradient of a block's weights, from the winners alone: behind 2×2 windows, a quarter of the products.

    dweight[f] = Σ value · patch(place)

over the list of filter f. They are the products of the convolution's own way back without those with zero,
in the same order: so the sums have the same bits. But zero times ∞ is no zero: images that are not finite
have to go the long way.
"""

import numpy as np

from tinyconv.kernels import bands, threads
from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array
from tinyconv.kernels.lending import empty, empty_vectors
from tinyconv.kernels.patch_tile import make_gather_tile, make_sweep
from tinyconv.kernels.patches import Patches, in_patches, read_table
from tinyconv.kernels.turns import turns
from tinyconv.kernels.winners import Winners

TOGETHER = 64  # filters of a block: their sums stay in the second-level cache over all images
TURNS = 4  # of each worker at least: so many that one who is late keeps nobody waiting for long

gather = make_sweep(make_gather_tile)


@kernel
def add_patches(worker, workers, image, patches, winners, sums, rows, together, lanes):  # type: ignore[no-untyped-def]
    """Add up sums (G, B, F/G, S) over all images; a worker owns some filters of some blocks.

    So many of a block's filters `together`, and `rows` rows of outputs, that their sums and what they saw
    stay in the cache.
    """
    G, B, F, S = sums.shape
    places, values, starts, _ = winners
    N, OH, L = len(starts) // (G * F), starts.shape[1] - 1, places.shape[1]
    size, width = (patches.rows * patches.cols + 1) * patches.width, patches.width
    flat, where, what = sums.reshape(-1), places.reshape(-1), values.reshape(-1)
    chunks = (F + together - 1) // together
    for task in turns(G * B * chunks, worker, workers):
        block, begin = task // chunks, task % chunks * together
        for n in range(N):
            q = (n * G * B + block) * size
            for top in range(0, OH, rows):
                bottom = min(OH, top + rows)
                for f in range(begin, min(F, begin + together)):
                    own = (n * G + block // B) * F + f
                    first, last = own * L + starts[own, top], own * L + starts[own, bottom]
                    o = (block * F + f) * S
                    gather(image, q, width, patches, where, what, first, last, flat, o, lanes)


class WeightSums:
    """dweight and dbias, added up over all images, which may come in several parts."""

    def __init__(self, weight: Array, geometry: Geometry, patches: Patches) -> None:
        self.shape, self.geometry, self.patches = weight.shape, geometry, patches
        self.sums = empty_vectors(patches.table(geometry, HOST.lanes(weight.itemsize)), weight.dtype)
        self.sums[:] = 0
        self.dbias = np.zeros(len(weight), weight.dtype)
        self.are_exact = True

    def add(self, x: Array, winners: Winners) -> None:
        """Add what some images say; those that are not finite make everything inexact."""
        patches, (groups, *_) = self.patches, self.sums.shape
        image = in_patches(x, groups, self.geometry.before, patches) if self.are_exact else None
        self.are_exact = image is not None
        if image is not None:
            OH, image_bytes = winners.starts.shape[1] - 1, patches.size * x.itemsize
            rows = bands.rows_that_fit(OH, len(x), image_bytes, bands.CACHE)
            add_patches(image, patches, winners, self.sums, rows, self._together(), HOST.lanes(x.itemsize))
            for sums in winners.sums.reshape(len(x), -1):
                self.dbias += sums

    def _together(self) -> int:
        """Return how many filters of a block a worker takes at a time.

        So few that everybody has some turns, but not too few: the fewer taps they have, the more of them have
        to share what is read of the images. Never more than a worker's share.
        """
        groups, blocks, filters, S = self.sums.shape
        share = -(-groups * blocks * filters // threads.get_num_threads())
        return min(TOGETHER, share, max(share // TURNS, TOGETHER * self.patches.width // S, 1))

    def dweight(self) -> Array:
        """Return the sums as (F, C/G, KH, KW)."""
        dweight = empty(self.shape, self.sums.dtype)
        read_table(self.sums, self.patches.slots, dweight.reshape(len(dweight), -1))
        return dweight
