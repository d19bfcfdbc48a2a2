"""Solutions of tutorial 9."""

import numpy as np


def rectified(x):
    """Return what is left of a signal x behind a ReLU: a new array."""
    return np.maximum(x, 0)


def unpooled(dy, x, kernel_size: int, stride: int, padding: int = 0):
    """Return dx, shaped like x (N, C, H, W): the signal at the winners, 0 elsewhere."""
    sides = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    padded = np.pad(x.astype(float), sides, constant_values=-np.inf)
    dpadded = np.zeros(padded.shape)
    for n, c, row, col in np.ndindex(dy.shape):
        top, left = row * stride, col * stride
        window = padded[n, c, top : top + kernel_size, left : left + kernel_size]
        i, j = np.unravel_index(window.argmax(), window.shape)
        dpadded[n, c, top + i, left + j] += dy[n, c, row, col]
    H, W = x.shape[2:]
    return dpadded[:, :, padding : padding + H, padding : padding + W]


def laid_down(columns, input_size, kernel_size: int, stride: int, padding: int):
    """Return the image (N, C, H, W) on which all patches have been added."""
    (H, W), K = input_size, kernel_size
    OH, OW = ((size + 2 * padding - K) // stride + 1 for size in (H, W))
    taps = columns.reshape(len(columns), -1, K, K, OH, OW)
    canvas = np.zeros((*taps.shape[:2], H + 2 * padding, W + 2 * padding))
    rows, cols = stride * (OH - 1) + 1, stride * (OW - 1) + 1
    for i, j in np.ndindex(K, K):
        canvas[:, :, i : i + rows : stride, j : j + cols : stride] += taps[:, :, i, j]
    return canvas[:, :, padding : padding + H, padding : padding + W]
