"""The heart of a convolution: filters times planes, tile by tile, each row of the product where it belongs.

    out[n, f, i, j] = bias[f] + Σₖ weight[f, k] · planes[n, shifts[k] + i·WQ + j]

`planes[shifts[k] + …]` is row k of the column matrix, read in place: it is never made. The planes are those
of a band, laid out by the thread that reads them. The forward pass is one such correlation; the way back to
the image is one for each phase of the stride.
"""

from tinyconv.kernels.bands import Band
from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import helper, kernel
from tinyconv.kernels.layout import Array, grouped, plain
from tinyconv.kernels.lending import aligned
from tinyconv.kernels.line_tile import make_line_tile
from tinyconv.kernels.planes import Lines, lay_band, team_of, teams_of
from tinyconv.kernels.plans import Reading
from tinyconv.kernels.tile import ROWS, WIDEST, make_tile
from tinyconv.kernels.turns import turns

tile1, tile2, tile3 = make_tile(1), make_tile(2), make_tile(3)
half1, half2 = make_tile(1, ROWS // 2), make_tile(2, ROWS // 2)  # a third width gains little there
copy_tile = make_line_tile(steps=(1,), asks_to_write=True)

AHEAD = 256  # numbers: outputs that are written soon


@helper
def multiply(filters, p, rows, lines, start, shifts, bias, b, columns, lanes, out, ld, beyond=0):  # type: ignore[no-untyped-def]
    """Fill out, `rows` rows `ld` apart, with one block of filters times `columns` neighbours of lines.

    A tile asks for what the next one reads, or for what lies `beyond`, if that is not 0. The last tile is
    moved back to end at the last column; only fewer columns than the `WIDEST` tile has are overrun, by less
    than a vector.
    """
    done = 0
    while done < columns:
        left = (columns - done + lanes - 1) // lanes
        width = 1 if left == 1 else 2 if rows < ROWS or left == 2 or left == 4 else 3
        at = max(0, min(done, columns - width * lanes))
        ahead = beyond if beyond else width * lanes
        if rows == ROWS:
            if width == 3:
                tile3(filters, p, lines, start + at, shifts, bias, b, out, at, ld, ahead)
            elif width == 2:
                tile2(filters, p, lines, start + at, shifts, bias, b, out, at, ld, ahead)
            else:
                tile1(filters, p, lines, start + at, shifts, bias, b, out, at, ld, ahead)
        elif width == 2:
            half2(filters, p, lines, start + at, shifts, bias, b, out, at, ld, ahead)
        else:
            half1(filters, p, lines, start + at, shifts, bias, b, out, at, ld, ahead)
        done += width * lanes


@helper
def place_steps(sums, s, line, out, down, across):  # type: ignore[no-untyped-def]
    """Fill every `down`-th row of out (height, OW), and every `across`-th column, with lines of the sums."""
    count = (out.shape[1] + across - 1) // across
    for i in range((out.shape[0] + down - 1) // down):
        total, target = sums[s + i * line : s + i * line + count], out[i * down]
        for j in range(count):
            target[j * across] = total[j]


@helper
def place_sums(sums, ld, reading, team, groups, out, filters, rows, pixel):  # type: ignore[no-untyped-def]
    """Move sums to a team's images of out (NG, F, H, W): those of filters[0] to filters[1] − 1, `ld` apart.

    They are `rows` rows of outputs, the first and the one behind the last; output 0 is that pixel.
    """
    (F, H, W), (n, images), (top, bottom), (h, w) = out.shape[1:], team, rows, pixel
    flat, line, down, across = out.reshape(-1), reading.line, reading.down, reading.across
    for f in range(filters[0], filters[1]):
        for m in range(images):
            s, image = (f - filters[0]) * ld + m * reading.width, n + m * groups
            if down == across == 1 and w == 0:
                place = ((image * F + f) * H + h + top) * W
                copy_tile(sums, s, line, 1, flat, place, W, 0, W, W, bottom - top, AHEAD)
            else:
                lines = out[image, f, h + top * down : h + (bottom - 1) * down + 1, w:]
                place_steps(sums, s, line, lines, down, across)


@helper
def find_lines(x, team, groups, lines, reading, top, more, step, bands, worker):  # type: ignore[no-untyped-def]
    """Return where a team's lines begin from row `top` of outputs on, and how far behind the next band's lie.

    They are laid in the worker's part of `bands`, see `lay_band`, and nobody knows the next ones, which is 0.
    Without any room they are where the image has them, and the next ones `step` rows of outputs below: or, if
    that is 0, where the next image begins.
    """
    size, above = bands.shape[1], top * reading.line
    if size:
        lay_band(x, team, groups, lines, top, more, bands.reshape(-1), worker * size)
        return worker * size, 0
    return team[0] * reading.size + above, step * reading.line if step else reading.size - above


@helper
def multiply_band(lines, start, reading, filters, team, bias, out, top, rows, lanes, beyond=0):  # type: ignore[no-untyped-def]
    """Fill a team's images of out (NG, F, H, W) with what `rows` rows of outputs from `top` on make.

    Their lines begin at `start`; `beyond` is how far behind them those of the next band lie, if it is not 0.
    Where rows of outputs are neighbours, they go to their place at once.
    """
    (F, H, W), (G, B, R), (n, images) = out.shape[1:], bias.shape, team
    g, line = n % G, reading.line
    down, across = reading.down, reading.across
    offsets, flat = bias.reshape(-1), out.reshape(-1)
    for phase in range(len(reading.firsts)):
        (row, col), (h, w) = reading.origins[phase], reading.firsts[phase]
        first, last = max(0, top - row), min((H - h + down - 1) // down, top + rows - row)
        if last <= first:
            continue
        width = (W - w + across - 1) // across
        columns = (last - first - 1) * line + (images - 1) * reading.width + width
        ld = (columns + lanes - 1) // lanes * lanes
        sums = aligned(R * ld * lines.itemsize).view(lines.dtype)
        shifts = reading.shifts[reading.bounds[phase] : reading.bounds[phase + 1]]
        begin = start + (first + row - top) * line + col
        is_whole = images == down == 1 and line == width == W and columns >= WIDEST * lanes
        for b in range(B):
            p, offset = (reading.bounds[phase] * G * B + (g * B + b) * shifts.size) * R, (g * B + b) * R
            at_once = is_whole and (b + 1) * R <= F
            place = ((n * F + b * R) * H + h + first) * W
            target, distance = (flat[place:], H * W) if at_once else (sums, ld)
            ask = beyond * (b == B - 1)
            multiply(
                filters, p, R, lines, begin, shifts, offsets, offset, columns, lanes, target, distance, ask
            )
            if not at_once:
                mine = b * R, min(F, b * R + R)
                place_sums(sums, ld, reading, team, G, out, mine, (first, last), (h, w))


@kernel
def fill(worker, workers, x, lines, reading, filters, bias, out, rows, units, bands, lanes):  # type: ignore[no-untyped-def]
    """Fill out (NG, F, H, W) from x (NG, C, H, W), `rows` of `units` rows of outputs at a time.

    A worker owns some bands, and lays them out in its part of `bands`; without any, x is read where it is,
    and the last filters that read a band ask for the next one: it is on its way from memory meanwhile.
    `lines` and `reading` come without names: to tell whose those are costs Numba 2 µs at its border.
    """
    lines, reading = Lines(*lines), Reading(*reading)
    NG, G, count = len(x), len(bias), (units + rows - 1) // rows
    source = bands.reshape(-1) if bands.size else x.reshape(-1)
    for task in turns(teams_of(NG, G, lines) * count, worker, min(workers, len(bands))):
        team, top = team_of(task // count, NG, G, lines), task % count * rows
        height, step = min(rows, units - top), rows if top + rows < units else 0
        start, beyond = find_lines(x, team, G, lines, reading, top, height - rows, step, bands, worker)
        multiply_band(source, start, reading, filters, team, bias, out, top, height, lanes, beyond)


def correlate(x: Array, band: Band, filters: Array, bias: Array, out: Array) -> None:
    """Fill out (N, F, H, W) from x (N, C, H, W), with filters (G·B·R·K,) and bias (G, B, R) in blocks."""
    images, made = grouped(plain(x), len(bias)), grouped(out, len(bias))
    bands, lanes = band.room(x.dtype), HOST.lanes(x.itemsize)
    fill(images, *band.nameless, filters, bias, made, *band.cut, bands, lanes)
