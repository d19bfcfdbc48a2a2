"""Max-pool: the largest pixel of every window, and the way back to it."""

import numpy as np

from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array, Pair, plain
from tinyconv.kernels.lending import empty
from tinyconv.kernels.turns import turns


@kernel
def pick_largest(worker, workers, x, y, indices, KH, KW, SH, SW, top, left, DH, DW):  # type: ignore[no-untyped-def]
    """Fill y and indices (NC, OH, OW) from the planes x (NC, H, W); a worker owns a plane."""
    NC, H, W = x.shape
    OH, OW = y.shape[1:]
    for plane in turns(NC, worker, workers):
        for oh in range(OH):
            for ow in range(OW):
                best, winner = -np.inf, -1
                for kh in range(KH):
                    h = oh * SH - top + kh * DH
                    if h < 0 or h >= H:
                        continue
                    for kw in range(KW):
                        w = ow * SW - left + kw * DW
                        if w < 0 or w >= W:
                            continue
                        value = x[plane, h, w]
                        if winner < 0 or value > best or value != value:  # NaN wins
                            best, winner = value, h * W + w
                y[plane, oh, ow] = best
                indices[plane, oh, ow] = winner


@kernel
def return_to_winners(worker, workers, dy, indices, dx):  # type: ignore[no-untyped-def]
    """Add dy (NC, OH·OW) onto the winners in dx (NC, H·W); a worker owns a plane."""
    for plane in turns(dy.shape[0], worker, workers):
        for o in range(dy.shape[1]):
            if indices[plane, o] >= 0:
                dx[plane, indices[plane, o]] += dy[plane, o]


def max_pool2d_forward(
    x: Array, kernel_size: Pair, stride: Pair, padding: tuple[Pair, Pair], dilation: Pair, output_size: Pair
) -> tuple[Array, Array]:
    """Return the largest pixel of every window, and where it stands: the flat index h·W + w."""
    N, C, H, W = x.shape
    OH, OW = output_size
    (top, _), (left, _) = padding
    y = empty((N * C, OH, OW), x.dtype)
    indices = empty((N * C, OH, OW), np.int64)
    planes = plain(x).reshape(N * C, H, W)
    pick_largest(planes, y, indices, *kernel_size, *stride, top, left, *dilation)
    return y.reshape(N, C, OH, OW), indices.reshape(N, C, OH, OW)


def max_pool2d_backward(dy: Array, indices: Array, input_size: Pair) -> Array:
    """Give each window's gradient to its winner; where windows overlap, gradients add up."""
    N, C, OH, OW = dy.shape
    H, W = input_size
    dx = np.zeros((N * C, H * W), dy.dtype)
    return_to_winners(plain(dy).reshape(N * C, OH * OW), plain(indices).reshape(N * C, OH * OW), dx)
    return dx.reshape(N, C, H, W)
