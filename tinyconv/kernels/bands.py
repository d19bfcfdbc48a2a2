"""Bands: an image is worked through a few rows of outputs at a time, so that their lines stay in the cache.

A task lays out the lines of its band, with all channels of a group, and multiplies them with all filters.
More rows leave less of the last vector empty, and lay fewer lines twice; but they have to fit, and every
thread needs work. So the rows are chosen by what all tasks cost, counted in cycles: one for a multiply-add of
vectors, and what was measured for what surrounds it. A bad guess costs time, never a bit of the result.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from tinyconv.kernels import threads
from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.host import HOST
from tinyconv.kernels.layout import Array, Pair
from tinyconv.kernels.planes import SHARED, Lines, Planes
from tinyconv.kernels.plans import Reading, backward_plan, forward_plan
from tinyconv.kernels.scratch import scratch
from tinyconv.kernels.tile import ROWS, WIDEST

CACHE = 512 * 1024  # bytes of a band, which is read again and again: it stays in the second-level cache
COPY, PICK = 0.3, 0.8  # cycles for a number that is copied with its neighbours, or without
PLACE, SPILL = 3, 2  # cycles for a vector of sums that is moved to its place, or out of the first-level cache
SUMS = 24 * 1024  # bytes of sums that stay in there
BEGIN, BAND = 40, 3000  # cycles until a tile, or a channel's first line, is under way; or a band


class Task(NamedTuple):
    """What has to be done for some images, and how it may be cut."""

    workers: int
    images: int  # times groups
    itemsize: int
    rows: int  # of results: outputs, or windows of outputs
    window: int = 1  # rows of outputs for a row of results
    step: int = 1  # from one window to the next

    def height(self, rows: int) -> int:
        """Return how many rows of outputs so many rows of results need.

        >>> Task(workers=2, images=1, itemsize=4, rows=7, window=3, step=2).height(4)
        9
        """
        return (rows - 1) * self.step + self.window


class Band(NamedTuple):
    """How the rows of a band lie, and how they are read."""

    rows: int  # of results
    units: int  # rows of results in all
    lines: Lines
    reading: Reading
    is_copied: bool  # or read where the images are

    @property
    def cut(self) -> Pair:
        """Rows of a task, and of all."""
        return self.rows, self.units

    @property
    def nameless(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Lines and reading as a kernel takes them, see `fill`."""
        return tuple(self.lines), tuple(self.reading)

    def room(self, dtype: np.dtype) -> Array:
        """Return room (workers, size) for a band, what lines share, and a vector that overruns it."""
        workers, lanes = threads.get_num_threads(), HOST.lanes(dtype.itemsize)
        size = self.reading.size + SHARED + lanes if self.is_copied else 0
        size += -size % lanes
        return scratch("bands", workers * size, dtype).reshape(workers, size)


class Cost(NamedTuple):
    """What a band costs, for one row of outputs laid out as `planes`."""

    planes: Planes
    filters: tuple[int, int, int, int]  # (F, C, KH, KW) of a group: C channels are read, and F made
    cols: int  # outputs of a row
    itemsize: int
    pools: bool  # so that sums are moved even where lines are as long as rows of outputs

    def bytes(self, height: int) -> int:
        """Return how much room the lines for `height` rows of outputs take."""
        return self._numbers(height) * self.itemsize

    def cycles(self, height: int) -> float:
        """Return the cost of `height` rows of outputs.

        >>> row, _ = forward_plan(Geometry((8, 1, 1, 1), (1, 1), (1, 1), (0, 0), (1, 32), (1, 32)))
        >>> cost = Cost(row, (8, 1, 1, 1), 32, 4, False)
        >>> cost.cycles(1) < cost.cycles(2) < 2 * cost.cycles(1)
        True
        """
        F, C, KH, KW = self.filters
        PH, PW, _, line = self.planes.shape
        vectors = -(-((height - 1) * line + self.cols) // HOST.lanes(self.itemsize))
        begun = -(-vectors // WIDEST) * -(-F // ROWS) + C * PH * PW
        copy = COPY if self.planes.cols.stride == 1 else PICK
        move = PLACE * (self.pools or line > self.cols) + SPILL * (vectors * ROWS * HOST.vector_bytes > SUMS)
        return vectors * F * (C * KH * KW + move) + self._numbers(height) * copy + begun * BEGIN + BAND

    def _numbers(self, height: int) -> int:
        PH, PW, reach, line = self.planes.shape
        return self.filters[1] * PH * PW * (height - 1 + reach) * line


def cheapest(task: Task, cost: Cost, is_copied: bool) -> tuple[float, int]:
    """Return what the thread with the most bands pays, and the rows of a band for which that is least.

    A band that is read where it is shares the cache with the next one, which is asked for meanwhile.
    """
    room = CACHE if is_copied else CACHE // 2
    best = np.inf, 1
    for rows in range(1, task.rows + 1):
        if rows > 1 and cost.bytes(task.height(rows)) > room:
            break
        bands = -(-task.rows // rows)
        last = task.rows - (bands - 1) * rows
        cycles = (bands - 1) * cost.cycles(task.height(rows)) + cost.cycles(task.height(last))
        share = -(-task.images * bands // task.workers) / bands
        best = min(best, (cycles * share, rows))
    return best


@lru_cache(maxsize=1024)
def forward_band(geometry: Geometry, task: Task) -> Band:
    """Return the band for the way forward."""
    planes, reading = forward_plan(geometry)
    is_copied = not planes.are(geometry.size, task.itemsize)
    choices = []
    for apart in (False, True) if is_copied else (False,):
        row, _ = forward_plan(geometry, 1, apart)
        cost = Cost(row, geometry.filters, geometry.outputs[1], task.itemsize, task.step > 1)
        if apart and cost.bytes(task.height(1)) > CACHE:
            continue  # they take several times the room, and even one row has to come from far away
        choices.append((*cheapest(task, cost, is_copied), apart))
    _, rows, apart = min(choices)
    if is_copied:
        planes, reading = forward_plan(geometry, task.height(rows), apart)
    return Band(rows, task.rows, planes.lines, reading, is_copied)


@lru_cache(maxsize=1024)
def backward_band(geometry: Geometry, task: Task) -> tuple[Band, list[Array]]:
    """Return the band for the way back, and the weights of each phase of dx, as `backward_plan` does."""
    F, C, KH, KW = geometry.filters
    planes, reading, weights = backward_plan(geometry)
    row, *_ = backward_plan(geometry, rows=1)
    task = task._replace(rows=planes.rows.length)
    cols = -(-geometry.size[1] // geometry.stride[1])
    is_copied = not planes.are(geometry.outputs, task.itemsize)
    _, rows = cheapest(task, Cost(row, (C, F, KH, KW), cols, task.itemsize, False), is_copied)
    if is_copied:
        planes, reading, _ = backward_plan(geometry, rows)
    return Band(rows, task.rows, planes.lines, reading, is_copied), weights


def rows_that_fit(rows: int, images: int, image_bytes: int, cache: int) -> int:
    """Return how many rows a task takes: few enough for the cache, and for every thread to have work."""
    fits = max(1, cache * rows // max(1, image_bytes))
    bands = max(-(-rows // fits), -(-2 * threads.get_num_threads() // images))
    return -(-rows // min(bands, rows))
