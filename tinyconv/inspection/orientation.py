"""Has a filter an oriented structure, an edge, a bar, a grating, or is it noise?

The coherence of the structure tensor (Bigün & Granlund, 1987) says how far all gradients of a filter lie
along one line. In nine taps noise looks coherent too, so a filter is compared with its own taps in random
order: a permutation test.
"""

import numpy as np

from tinyconv.shapes import Array

SHUFFLES = 999


def coherence(filters: Array) -> Array:
    """Return how far the gradients of filters (…, C, KH, KW) lie along one line: from 0 to 1, (…).

    >>> coherence(np.array([[[1.0, 0, -1], [1, 0, -1], [1, 0, -1]]]))  # an upright edge
    array(1.)
    """
    top, bottom = filters[..., :-1, :], filters[..., 1:, :]
    gx = (top[..., 1:] - top[..., :-1] + bottom[..., 1:] - bottom[..., :-1]) / 2  # (…, C, KH − 1, KW − 1)
    gy = (bottom[..., 1:] - top[..., 1:] + bottom[..., :-1] - top[..., :-1]) / 2
    xx, yy, xy = ((one * other).sum(axis=(-3, -2, -1)) for one, other in ((gx, gx), (gy, gy), (gx, gy)))
    energy = xx + yy
    return np.divide(np.hypot(xx - yy, 2 * xy), energy, out=np.zeros_like(energy), where=energy > 0)


def oriented(weight: Array, seed: int = 0) -> Array:
    """Return, for each filter (F, C, KH, KW), the share of shuffles of its taps that are less coherent: (F,).

    Near 1: an oriented structure; for noise any number from 0 to 1 is as likely. NaN for kernels below 3×3,
    which have no room for either. All channels of a tap move together.

    >>> rows, cols = np.mgrid[-3:4, -3:4]
    >>> gabor = np.cos(rows + cols) * np.exp(-(rows**2 + cols**2) / 8)
    >>> oriented(gabor[None, None])
    array([1.])
    """
    F, C, KH, KW = weight.shape
    if min(KH, KW) < 3:
        return np.full(F, np.nan)
    orders = np.random.default_rng(seed).permuted(np.tile(np.arange(KH * KW), (SHUFFLES, 1)), axis=1)
    scores = np.empty(F)
    for number, taps in enumerate(weight.astype(np.float64)):
        shuffled = np.moveaxis(taps.reshape(C, -1)[:, orders], 0, 1)  # (SHUFFLES, C, KH·KW)
        scores[number] = (coherence(shuffled.reshape(-1, C, KH, KW)) < coherence(taps)).mean()
    return scores
