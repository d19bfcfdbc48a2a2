"""The gradient of a block's weights, from the winners alone: behind 2×2 windows, a quarter of the products.

    dweight[f] = Σ value · patch(place)

over the list of filter f. They are the products of the convolution's own way back without those with zero,
in the same order: so the sums have the same bits. But zero times ∞ is no zero: images that are not finite
have to go the long way.
"""

import numpy as np
from numba import prange

from tinyconv.kernels import threads
from tinyconv.kernels.bands import rows_that_fit
from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array
from tinyconv.kernels.lending import empty
from tinyconv.kernels.patch_tile import make_gather_tile, make_sweep
from tinyconv.kernels.patches import Patches, in_patches, read_table
from tinyconv.kernels.winners import Winners

gather = make_sweep(make_gather_tile)


@kernel
def add_patches(image, patches, winners, sums, groups, rows, lanes, workers):  # type: ignore[no-untyped-def]
    """Add up sums (GF, B, S) over all images; a worker owns some filters of some blocks.

    `rows` rows of outputs at a time, so that what they saw stays in the cache.
    """
    GF, B, S = sums.shape
    places, values, starts, _ = winners
    N, F, OH, L = len(starts) // GF, GF // groups, starts.shape[1] - 1, places.shape[1]
    size = (patches.rows * patches.cols + 1) * patches.width
    flat, where, what = sums.reshape(-1), places.reshape(-1), values.reshape(-1)
    units = B * GF
    for worker in prange(workers):
        for n in range(N):
            for top in range(0, OH, rows):
                bottom = min(OH, top + rows)
                for unit in range(worker * units // workers, (worker + 1) * units // workers):
                    b, f = unit // GF, unit % GF
                    own = n * GF + f
                    first, last = own * L + starts[own, top], own * L + starts[own, bottom]
                    q = ((n * groups + f // F) * B + b) * size
                    gather(image, q, patches, where, what, first, last, flat, (f * B + b) * S, lanes)


class WeightSums:
    """dweight and dbias, added up over all images, which may come in several parts."""

    def __init__(self, weight: Array, geometry: Geometry, patches: Patches) -> None:
        self.shape, self.geometry, self.patches = weight.shape, geometry, patches
        self.lanes = HOST.lanes(weight.itemsize)
        vectors = patches.blocks, len(patches.shifts) * self.lanes
        self.sums = np.zeros((len(weight), *vectors), weight.dtype)
        self.dbias = np.zeros(len(weight), weight.dtype)
        self.are_exact = True

    def add(self, x: Array, winners: Winners) -> None:
        """Add what some images say; those that are not finite make everything inexact."""
        groups = self.geometry.groups
        image = in_patches(x, groups, self.geometry.before, self.patches) if self.are_exact else None
        self.are_exact = image is not None
        if image is not None:
            rows = rows_that_fit(winners.starts.shape[1] - 1, len(x), self.patches.size * x.itemsize)
            workers = threads.get_num_threads()
            add_patches(image, self.patches, winners, self.sums, groups, rows, self.lanes, workers)
            for sums in winners.sums.reshape(len(x), -1):
                self.dbias += sums

    def dweight(self) -> Array:
        """Return the sums as (F, C/G, KH, KW)."""
        dweight = empty(self.shape, self.sums.dtype)
        read_table(self.sums.reshape(len(dweight), -1), self.patches.slots, dweight.reshape(len(dweight), -1))
        return dweight
