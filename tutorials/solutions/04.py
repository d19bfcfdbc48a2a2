"""Solutions of tutorial 4."""

import numpy as np


def relu(x):
    """Return x where it is positive, and 0 elsewhere."""
    return np.maximum(x, 0)


def max_pool(x, kernel_size: int, stride: int):
    """Return the largest pixel of every window: (N, C, H, W) → (N, C, OH, OW)."""
    N, C, H, W = x.shape
    OH, OW = (H - kernel_size) // stride + 1, (W - kernel_size) // stride + 1
    y = np.empty((N, C, OH, OW), x.dtype)
    for row, col in np.ndindex(OH, OW):
        top, left = row * stride, col * stride
        y[:, :, row, col] = x[:, :, top : top + kernel_size, left : left + kernel_size].max(axis=(2, 3))
    return y


def unpool(dy, x, kernel_size: int, stride: int):
    """Return an array like x: each number of dy (N, C, OH, OW) on the winner of its window in x."""
    dx = np.zeros_like(x)
    for n, c, row, col in np.ndindex(dy.shape):
        top, left = row * stride, col * stride
        patch = x[n, c, top : top + kernel_size, left : left + kernel_size]
        i, j = divmod(int(patch.argmax()), kernel_size)
        dx[n, c, top + i, left + j] += dy[n, c, row, col]
    return dx
