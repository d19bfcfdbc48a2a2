"""Bands: images are worked through a few rows of outputs at a time, so that their lines stay in the cache.

A task lays out the lines of its band, with all channels of a group, and multiplies them with all filters.
More rows, or several small images abreast, leave less of the last vector empty, and lay fewer lines twice;
but they have to fit, and every thread needs work. So both are chosen by what all tasks cost, counted in
cycles: one for a multiply-add of vectors, and for what surrounds it those that came closest to 1,700 measured
bands (benchmarks/band_costs.py fits them). A bad guess costs time, never a bit of the result.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import numpy as np

from tinyconv.kernels import threads
from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.host import HOST, second_level_cache
from tinyconv.kernels.layout import Array, Pair
from tinyconv.kernels.planes import SHARED, Lines, Planes
from tinyconv.kernels.plans import Reading, backward_plan, forward_plan
from tinyconv.kernels.scratch import scratch
from tinyconv.kernels.tile import ROWS, WIDEST

CACHE = min(second_level_cache(), 1 << 20) * 15 // 16  # bytes of a band, which is read again and again
EMPTY, ALONE = 0.15, 0.5  # cycles for a vector that a tile lacks, and for the two that it lacks beside one
BEGIN, LINE, BAND = 280, 25, 1500  # cycles for a tile, for a line that is laid, for a band
PICK = 0.9  # cycles for a number that is laid without its neighbours
LATE = 0.1  # cycles for a number that is laid where image and band don't fit the cache together
PLACE, COPY = 15, 60  # cycles for a vector of sums that is moved to its place, and for an image of them
SPILL, SUMS = 2, 40 * 1024  # cycles for a vector of sums, where more bytes leave the first-level cache
FEW = 32  # filters: for more, lines are laid even where an image has them, as they come faster in one stream
WORTH = 0.96  # of the cycles: what images abreast, and lines apart, must not exceed


class Task(NamedTuple):
    """What has to be done for some images, and how it may be cut."""

    workers: int
    images: int
    groups: int
    itemsize: int
    rows: int  # of results: outputs, or windows of outputs
    window: int = 1  # rows of outputs for a row of results
    step: int = 1  # from one window to the next
    pools: bool = False  # outputs are pooled, while they are sums

    def height(self, rows: int) -> int:
        """Return how many rows of outputs so many rows of results need.

        >>> Task(workers=2, images=1, groups=1, itemsize=4, rows=7, window=3, step=2).height(4)
        9
        """
        return (rows - 1) * self.step + self.window

    @property
    def abreast(self) -> list[int]:
        """How many images may lie abreast.

        >>> Task(workers=2, images=9, groups=1, itemsize=4, rows=7).abreast
        [1, 2, 4, 8]
        """
        return [2**power for power in range(max(1, self.images.bit_length()))]


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
    """What a band costs, whose lines lie as `planes` has them for one row of outputs."""

    task: Task
    planes: Planes
    filters: tuple[int, int, int, int]  # (F, C, KH, KW) of a group: C channels are read, and F made
    cols: int  # outputs of a row

    def with_abreast(self, abreast: int) -> "Cost":
        """Return the cost for so many images abreast."""
        return self._replace(planes=self.planes._replace(abreast=abreast))

    def bytes(self, rows: int) -> int:
        """Return how much room the lines for `rows` rows of results take, and the sums of some filters."""
        sums = ROWS * self._columns(rows) * self._moves
        return (self._lines(rows) * self.planes.shape[3] + sums) * self.task.itemsize

    def cycles(self, rows: int) -> float:
        """Return the cost of `rows` rows of results.

        >>> row, _ = forward_plan(Geometry((8, 1, 1, 1), (1, 1), (1, 1), (0, 0), (1, 32), (1, 32)))
        >>> task = Task(workers=1, images=1, groups=1, itemsize=4, rows=2)
        >>> cost = Cost(task, row, (8, 1, 1, 1), 32)
        >>> cost.cycles(1) < cost.cycles(2) < 2 * cost.cycles(1)
        True
        """
        (F, C, KH, KW), abreast = self.filters, self.planes.abreast
        vectors = -(-self._columns(rows) // HOST.lanes(self.task.itemsize))
        tiles = -(-vectors // WIDEST)
        idle = ALONE if vectors == 1 else EMPTY * (tiles * WIDEST - vectors)
        multiply = F * C * KH * KW * (vectors + idle) + F / ROWS * tiles * BEGIN
        place = (COPY * abreast + PLACE * vectors) * (self._moves and not self.task.pools)
        spill = SPILL * vectors * (self._moves and vectors * ROWS * HOST.vector_bytes > SUMS)
        number = PICK * (self.planes.cols.stride > 1) + LATE * (2 * self.bytes(rows) > CACHE)
        lay = self._lines(rows) * (LINE * abreast + number * self.planes.shape[3])
        return multiply + F * (place + spill) + lay + BAND

    def longest(self, rows: int) -> float:
        """Return what the thread with the most bands pays, where each has `rows` rows of results."""
        task, abreast = self.task, self.planes.abreast
        bands, teams = -(-task.rows // rows), -(-task.images // abreast) * task.groups
        image = (bands - 1) * self.cycles(rows) + self.cycles(task.rows - (bands - 1) * rows)
        return image * -(-teams * bands // task.workers) / bands

    @property
    def _moves(self) -> bool:
        """Whether sums are added up elsewhere than where results belong."""
        return self.task.pools or self.planes.shape[3] > self.cols

    def _columns(self, rows: int) -> int:
        return self.task.height(rows) * self.planes.shape[3] - self.planes.cols.length + self.cols

    def _lines(self, rows: int) -> int:
        PH, PW, reach, _ = self.planes.shape
        return self.filters[1] * PH * PW * (self.task.height(rows) - 1 + reach)


def cheapest(cost: Cost, is_copied: bool) -> tuple[float, int, int]:
    """Return what the thread with the most bands pays, and for which rows and images abreast that is least.

    More images abreast have to be worth it, as fewer tasks are harder to share out. A band that is read where
    it is shares the cache with the next one, which is asked for meanwhile.
    """
    room, counts = (CACHE, cost.task.abreast) if is_copied else (CACHE // 2, [1])
    return _worthiest((*_cheapest_rows(cost.with_abreast(count), room), count) for count in counts)


Choice = TypeVar("Choice", bound=tuple[Any, ...])


def _worthiest(choices: Iterable[Choice]) -> Choice:
    """Return the choice with the fewest cycles, its first number; each must be worth it against those before.

    >>> _worthiest([(100, "plain"), (97, "costly"), (90, "costlier")])
    (90, 'costlier')
    """
    best, *others = choices
    for choice in others:
        best = choice if choice[0] < WORTH * best[0] else best
    return best


def _cheapest_rows(cost: Cost, room: int) -> tuple[float, int]:
    best = np.inf, 1
    for rows in range(1, cost.task.rows + 1):
        if rows * cost.planes.abreast > 1 and cost.bytes(rows) > room:
            break
        best = min(best, (cost.longest(rows), rows))
    return best


def _is_copied(planes: Planes, size: Pair, filters: int, task: Task) -> bool:
    """Return whether lines are laid for so many filters to read, or read in images of `size`."""
    return filters > FEW or not planes.are(size, task.itemsize)


def forward_cost(geometry: Geometry, task: Task, apart: bool) -> Cost:
    """Return the cost of the way forward, `apart` or not as `forward_plan` says."""
    row, _ = forward_plan(geometry, 1, apart)
    return Cost(task, row, geometry.filters, geometry.outputs[1])


def laid_band(geometry: Geometry, task: Task, rows: int, abreast: int, apart: bool) -> Band:
    """Return a band of so many rows of results, and images abreast, whose lines are laid."""
    planes, reading = forward_plan(geometry, task.height(rows), apart, abreast)
    return Band(rows, task.rows, planes.lines, reading, is_copied=True)


@lru_cache(maxsize=1024)
def forward_band(geometry: Geometry, task: Task) -> Band:
    """Return the band for the way forward."""
    planes, reading = forward_plan(geometry)
    is_copied = _is_copied(planes, geometry.size, geometry.filters[0], task)
    choices = []
    for apart in (False, True) if is_copied else (False,):
        cost = forward_cost(geometry, task, apart)
        if apart and cost.bytes(rows=1) > CACHE:
            continue  # they take several times the room, and even one row has to come from far away
        choices.append((*cheapest(cost, is_copied), apart))
    _, rows, abreast, apart = _worthiest(choices)  # apart, they take more of the cache
    if is_copied:
        return laid_band(geometry, task, rows, abreast, apart)
    return Band(rows, task.rows, planes.lines, reading, is_copied=False)


@lru_cache(maxsize=1024)
def backward_band(geometry: Geometry, task: Task, has_image: bool) -> tuple[Band, list[Array]]:
    """Return the band for the way back, and the weights of each phase of dx, as `backward_plan` does.

    Unless it `has_image`, the gradient by the output can't be read where it is: it is made line by line.
    """
    F, C, KH, KW = geometry.filters
    planes, reading, weights = backward_plan(geometry)
    row, *_ = backward_plan(geometry, rows=1)
    task = task._replace(rows=planes.rows.length - int(planes.rows.shift.max()))
    cols = -(-geometry.size[1] // geometry.stride[1])
    is_copied = not has_image or _is_copied(planes, geometry.outputs, C, task)
    _, rows, abreast = cheapest(Cost(task, row, (C, F, KH, KW), cols), is_copied)
    if is_copied:
        planes, reading, _ = backward_plan(geometry, rows, abreast)
    return Band(rows, task.rows, planes.lines, reading, is_copied), weights


def rows_that_fit(rows: int, images: int, image_bytes: int, cache: int) -> int:
    """Return how many rows a task takes: few enough for the cache, and for every thread to have work."""
    fits = max(1, cache * rows // max(1, image_bytes))
    bands = max(-(-rows // fits), -(-2 * threads.get_num_threads() // images))
    return -(-rows // min(bands, rows))
