"""Solutions of tutorial 6."""

import numpy as np


def carried_boxes(boxes, kernel_size: int, stride: int, padding: int):
    """Return the boxes (M, 4) on the layer's map."""
    start = kernel_size / 2 - padding
    return (boxes - start) / stride + 0.5


def carried_by_any(boxes, kernel_size, stride, padding, dilation=1):
    """Return the boxes (M, 4) on the map of a layer whose options may be pairs (rows, columns)."""
    options = kernel_size, stride, padding, dilation
    K, S, P, D = (np.broadcast_to(option, 2)[::-1] for option in options)  # x before y
    start = (D * (K - 1) + 1) / 2 - P
    return (boxes - np.tile(start, 2)) / np.tile(S, 2) + 0.5


def shares(x, kernel_size: int, stride: int, padding: int):
    """Return the mean of every window: (N, C, H, W) → (N, C, OH, OW)."""
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    N, C, H, W = x.shape
    OH, OW = (H - kernel_size) // stride + 1, (W - kernel_size) // stride + 1
    y = np.empty((N, C, OH, OW))
    for row, col in np.ndindex(OH, OW):
        top, left = row * stride, col * stride
        y[:, :, row, col] = x[:, :, top : top + kernel_size, left : left + kernel_size].mean(axis=(2, 3))
    return y
