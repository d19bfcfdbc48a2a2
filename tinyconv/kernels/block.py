"""conv → ReLU → max-pool in one go: the sums are pooled while they are still in the cache.

What no later step needs is never written: neither the convolution's output nor the ReLU's. Of the pool two
things stay: the maxima, and one byte each that says which pixel of its window won. Only those pixels have a
gradient, so only they are multiplied on the way back.
"""

from functools import partial

import numpy as np

from tinyconv.kernels.bands import Band, forward_band
from tinyconv.kernels.convolution import image_gradient, task_of, weight_gradients
from tinyconv.kernels.correlation import find_lines, multiply, multiply_band
from tinyconv.kernels.filters import bias_blocks, filter_blocks
from tinyconv.kernels.geometry import Geometry
from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import helper, inlined, kernel
from tinyconv.kernels.layout import Array, Pair, grouped, plain
from tinyconv.kernels.lending import aligned, empty
from tinyconv.kernels.patches import patches_of
from tinyconv.kernels.planes import Lines, abreast_in, clear_lines, team_of, teams_of
from tinyconv.kernels.plans import Reading
from tinyconv.kernels.pool_tile import make_pool_tile
from tinyconv.kernels.scratch import parts
from tinyconv.kernels.sparse_image import ImageGradient
from tinyconv.kernels.sparse_weights import WeightSums
from tinyconv.kernels.turns import turns
from tinyconv.kernels.winners import Upstream, lay_winners

pool_tile = make_pool_tile()


@helper
def pool_row(sums, s, line, height, width, best, winner, KW, SW):  # type: ignore[no-untyped-def]
    """Fill best and winner (PW,), the taps kh·KW + kw, from `height` rows of sums, rectified on the way.

    Loops run over neighbours.
    """
    zero = sums.dtype.type(0)
    best[:] = -np.inf
    winner[:] = 0
    for kh in range(height):
        for kw in range(KW):
            pixels = sums[s + kh * line + kw :]
            tap = np.uint8(kh * KW + kw)
            for q in range(min(best.size, (width - kw + SW - 1) // SW)):  # windows that have this tap
                value = pixels[q * SW]
                value = zero if value <= zero else value
                wins = (value > best[q]) | (value != value)
                best[q] = value if wins else best[q]
                winner[q] = tap if wins else winner[q]


@inlined
def pool_sums(sums, ld, reading, team, groups, y, winners, filters, rows, size, pool, stride):  # type: ignore[no-untyped-def]
    """Pool what `place_sums` would move, to a team's images of y and winners (NG, F, PH, PW).

    They are the windows rows[0] to rows[1] − 1; the sums are those of size[0] rows of outputs, size[1] long.
    """
    (F, PH, PW), (n, images), (top, bottom), (height, width) = y.shape[1:], team, rows, size
    (KH, KW), (SH, SW), line = pool, stride, reading.line
    best, winner = y.reshape(-1), winners.reshape(-1)
    tiles = min(bottom - top, height // 2) if KH == KW == SH == SW == 2 and width >= 2 * PW else 0  # rows
    for f in range(filters[0], filters[1]):
        for m in range(images):
            s, o = (f - filters[0]) * ld + m * reading.width, ((n + m * groups) * F + f) * PH * PW + top * PW
            pool_tile(sums, s, line, best, winner, o, PW, tiles)
            for row in range(tiles, bottom - top):
                first, place = s + row * SH * line, o + row * PW
                maxima, taps = best[place : place + PW], winner[place : place + PW]
                pool_row(sums, first, line, min(KH, height - row * SH), width, maxima, taps, KW, SW)


@kernel
def fill_pooled(  # type: ignore[no-untyped-def]
    worker, workers, x, lines, reading, filters, bias, y, winners, OH, OW, rows, pool, stride, bands, lanes
):
    """Fill y and winners (NG, F, PH, PW) from x (NG, C, H, W), `rows` rows at a time, as `fill` does."""
    lines, reading = Lines(*lines), Reading(*reading)
    (NG, F, PH, _), (G, B, R), line, KH, SH = y.shape, bias.shape, reading.line, pool[0], stride[0]
    source, offsets = bands.reshape(-1) if bands.size else x.reshape(-1), bias.reshape(-1)
    count, tallest, shifts = (PH + rows - 1) // rows, (rows - 1) * SH + KH, reading.shifts
    most = (tallest - 1) * line + (abreast_in(lines) - 1) * reading.width + OW
    size = R * (most + lanes) + 2 * lanes  # with room for a vector of pairs
    sums = aligned(size * x.itemsize).view(x.dtype)
    for task in turns(teams_of(NG, G, lines) * count, worker, min(workers, len(bands))):
        team, top = team_of(task // count, NG, G, lines), task % count * rows
        bottom, step = min(PH, top + rows), rows * SH if top + rows < PH else 0
        height = min(OH - top * SH, (bottom - top - 1) * SH + KH)  # rows of the convolution
        columns = (height - 1) * line + (team[1] - 1) * reading.width + OW
        ld = (columns + lanes - 1) // lanes * lanes
        above, more = top * SH, height - tallest
        start, beyond = find_lines(x, team, G, lines, reading, above, more, step, bands, worker)
        for b in range(B):
            block, ask = team[0] % G * B + b, beyond * (b == B - 1)
            p, offset = block * shifts.size * R, block * R
            multiply(filters, p, R, source, start, shifts, offsets, offset, columns, lanes, sums, ld, ask)
            mine = b * R, min(F, b * R + R)
            pool_sums(sums, ld, reading, team, G, y, winners, mine, (top, bottom), (height, OW), pool, stride)


@kernel
def fill_unpooled(  # type: ignore[no-untyped-def]
    worker, workers, windows, lines, reading, filters, bias, dx, rows, units, bands, lanes
):
    """Fill dx (NG, C, H, W) from the windows of NG·F images, `rows` rows at a time, as `fill` does."""
    lines, reading = Lines(*lines), Reading(*reading)
    NG, G, size, flat = len(dx), len(bias), bands.shape[1], bands.reshape(-1)
    F, HQ, WQ, width = len(windows.dy) // max(1, NG), lines.lines, lines.length, lines.width
    count = (units + rows - 1) // rows
    for task in turns(teams_of(NG, G, lines) * count, worker, min(workers, len(bands))):
        team, top = team_of(task // count, NG, G, lines), task % count * rows
        height = min(rows, units - top)
        h, w, tall = top + lines.rows[0], lines.cols[0], HQ + height - rows
        for f in range(F):
            for m in range(abreast_in(lines)):
                place, image = worker * size + f * HQ * WQ + m * width, team[0] + m * G
                clear_lines(flat, place, WQ, width, tall)
                if m < team[1]:
                    lay_winners(windows, image * F + f, h, w, tall, width, flat, place, WQ)
        multiply_band(flat, worker * size, reading, filters, team, bias, dx, top, height, lanes)


def block_forward(
    x: Array,
    weight: Array,
    bias: Array | None,
    geometry: Geometry,
    pool_size: Pair,
    pool_stride: Pair,
    output_size: Pair,
) -> tuple[Array, Array]:
    """Return y and winners (N, F, PH, PW) for a convolution of that geometry, pooled to `output_size`."""
    shape, groups = (len(x), len(weight), *output_size), geometry.groups
    y, winners = empty(shape, x.dtype), empty(shape, np.uint8)
    task = task_of(x, groups, output_size[0], pool_size[0], pool_stride[0], pools=True)
    band = forward_band(geometry, task)
    images, *made = (grouped(array, groups) for array in (plain(x), y, winners))
    filters = filter_blocks(weight, groups), bias_blocks(bias, len(weight), groups, x.dtype)
    sizes, pool = (*geometry.outputs, band.rows), (pool_size, pool_stride)
    bands, lanes = band.room(x.dtype), HOST.lanes(x.itemsize)
    fill_pooled(images, *band.nameless, *filters, *made, *sizes, *pool, bands, lanes)
    return y, winners


def correlate_winners(upstream: Upstream, band: Band, filters: Array, bias: Array, out: Array) -> None:
    """Fill out (N, F, H, W) as `correlate` does, from the gradient by the convolution's output."""
    windows = upstream.windows(slice(None))
    bands, lanes, dx = band.room(out.dtype), HOST.lanes(out.itemsize), grouped(out, len(bias))
    fill_unpooled(windows, *band.nameless, filters, bias, dx, *band.cut, bands, lanes)


def block_backward(
    upstream: Upstream, x: Array, weight: Array, geometry: Geometry
) -> tuple[Array, Array, Array]:
    """Return dx, dweight and dbias."""
    dx, gradients = _short_way(upstream, x, weight, geometry, wants_dx=True)
    if dx is None:
        dx = image_gradient(partial(correlate_winners, upstream), x, weight, geometry, has_image=False)
    return dx, *(gradients or weight_gradients(upstream.dense, x, weight, geometry))


def block_parameter_gradients(
    upstream: Upstream, x: Array, weight: Array, geometry: Geometry
) -> tuple[Array, Array]:
    """Return dweight and dbias."""
    _, gradients = _short_way(upstream, x, weight, geometry, wants_dx=False)
    return gradients or weight_gradients(upstream.dense, x, weight, geometry)


def _short_way(
    upstream: Upstream, x: Array, weight: Array, geometry: Geometry, wants_dx: bool
) -> tuple[Array | None, tuple[Array, Array] | None]:
    """Return dx, and dweight with dbias, from the winners alone; None for what has to go the long way."""
    patches = patches_of(geometry, HOST.lanes(x.itemsize))
    by_winners = wants_dx and ImageGradient.suits(weight, geometry)
    image = ImageGradient(weight, geometry, patches, x) if by_winners else None
    sums = WeightSums(weight, geometry, patches)
    image_bytes = geometry.groups * patches.blocks * patches.size * x.itemsize
    for part in parts(len(x), image_bytes + upstream.list_bytes):
        winners = upstream.listed(part, (patches.down, patches.across))
        if image:
            image.fill(part, winners)
        sums.add(x[part], winners)
    dx = image.dx if image else None
    del image  # and its table, as large as the weights, before they get company
    return dx, (sums.dweight(), sums.dbias) if sums.are_exact else None
