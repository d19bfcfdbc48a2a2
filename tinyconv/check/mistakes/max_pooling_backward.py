"""What goes wrong on a max-pool's way back."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from tinyconv.check.mistakes.catalogue import mistake
from tinyconv.check.operations.pooling import Pooling, max_backward, winners
from tinyconv.shapes import Array

known = partial(mistake, "max_pool2d_backward")


def windows(case: Pooling) -> Iterator[tuple[tuple[int, ...], list[tuple[int, ...]], Array]]:
    """Yield each output's place, the pixels under its window, and their values."""
    (KH, KW), (SH, SW), (DH, DW), (PH, PW) = case.kernel_size, case.stride, case.dilation, case.padding
    H, W = case.x.shape[2:]
    for n, c, oh, ow in np.ndindex(case.dy.shape):
        taps = [
            (oh * SH - PH + kh * DH, ow * SW - PW + kw * DW) for kh, kw in product(range(KH), range(KW))
        ]
        pixels = [(n, c, h, w) for h, w in taps if 0 <= h < H and 0 <= w < W]
        yield (n, c, oh, ow), pixels, np.array([case.x[pixel] for pixel in pixels])


def given(case: Pooling, shares: Callable[[Array], Any]) -> Array:
    """Return dx where each window gives its gradient to its pixels by `shares(values)`."""
    dx = np.zeros_like(case.x)
    for place, pixels, values in windows(case):
        for pixel, part in zip(pixels, shares(values), strict=True):
            dx[pixel] += part * case.dy[place]
    return dx


@known(
    "Every pixel that equals the maximum gets the whole gradient; there is one winner.",
    "Pool an image of equal pixels: how much gradient may one window hand out?",
)
def gradient_to_all_ties(case: Pooling) -> Array:
    return given(case, lambda values: values == values.max())


@known(
    "Equal pixels share the gradient; the first of them, row by row, must get it all.",
    "Pool an image of equal pixels: which of them is the winner?",
)
def gradient_shared_among_ties(case: Pooling) -> Array:
    return given(case, lambda values: (values == values.max()) / np.sum(values == values.max()))


@known(
    "Of equal pixels the last one wins; it must be the first, row by row.",
    "Does your comparison say `>` or `>=`?",
)
def last_tie_wins(case: Pooling) -> Array:
    return given(case, lambda values: np.arange(len(values)) == len(values) - 1 - np.argmax(values[::-1]))


@known(
    "Every pixel of a window gets the gradient, as if the pool were a sum.",
    "By how much does the maximum grow when another pixel of the window grows a little?",
)
def gradient_to_whole_window(case: Pooling) -> Array:
    return given(case, np.ones_like)


@known(
    "The gradient is spread over the window: that is an average-pool's way back.",
    "By how much does the maximum grow when another pixel of the window grows a little?",
)
def gradient_averaged_over_window(case: Pooling) -> Array:
    KH, KW = case.kernel_size
    return given(case, lambda values: np.full(len(values), 1 / (KH * KW)))


@known(
    "The smallest pixel of each window gets the gradient.",
    "Which pixel went through on the way there?",
)
def gradient_to_minimum(case: Pooling) -> Array:
    return given(case, lambda values: np.arange(len(values)) == np.argmin(values))


@known(
    "A pixel that wins in several windows keeps the last one's gradient: `=` stands where `+=` belongs.",
    "Try windows that overlap: how many of them can one bright pixel win?",
)
def overlaps_overwritten(case: Pooling) -> Array:
    dx = np.zeros_like(case.x)
    for place, pixels, values in windows(case):
        if pixels:
            dx[pixels[int(np.argmax(values))]] = case.dy[place]
    return dx


@known(
    "In the padding stand zeros, and these win over negative pixels: their gradient is lost.",
    "Pool an image of −1 with padding: which pixel wins in the corner?",
)
def padding_wins(case: Pooling) -> Array:
    KH, KW = case.kernel_size

    def shares(values: Array) -> Array:
        beaten = len(values) < KH * KW and values.max(initial=-np.inf) < 0
        return (np.arange(len(values)) == np.argmax(values)) * (not beaten)

    return given(case, shares)


@known(
    "The winners' places are those in the padded image: everything is shifted.",
    "Where does the image lie inside its frame?",
)
def padding_cut_at_one_end(case: Pooling) -> Array:
    (PH, PW), (H, W) = case.padding, case.x.shape[2:]
    return np.pad(max_backward(case), ((0, 0), (0, 0), (PH, 0), (PW, 0)))[:, :, :H, :W]


@known(
    "The gradient that comes from above is taken for ones.",
    "Double dy: what must happen to dx?",
)
def upstream_gradient_forgotten(case: Pooling) -> Array:
    return max_backward(case._replace(dy=np.ones_like(case.dy)))


@known(
    "The gradient is multiplied by the maximum itself.",
    "Add 10 to the whole image: must dx change?",
)
def multiplied_by_the_maximum(case: Pooling) -> Array:
    return max_backward(case._replace(dy=case.dy * winners(case)[0]))
