"""Solutions of tutorial 5."""

import numpy as np

from tinyconv import functional


def relu_backward(dy, x):
    """Return dx, like x: the gradient passes where x was positive."""
    return dy * (x > 0)


def col2im(columns, input_size, kernel_size: int, stride: int, padding: int):
    """Return (N, C, H, W) from the columns (N, C·K·K, OH·OW)."""
    (N, rows, _), (H, W), K = columns.shape, input_size, kernel_size
    OH, OW = (H + 2 * padding - K) // stride + 1, (W + 2 * padding - K) // stride + 1
    padded = np.zeros((N, rows // K**2, H + 2 * padding, W + 2 * padding))
    for row, col in np.ndindex(OH, OW):
        top, left = row * stride, col * stride
        patch = columns[:, :, row * OW + col].reshape(N, -1, K, K)
        padded[:, :, top : top + K, left : left + K] += patch
    return padded[:, :, padding : padding + H, padding : padding + W]


def convolve_backward(dy, x, weight, bias, stride: int, padding: int):
    """Return dx, dweight and dbias for dy (N, F, OH, OW)."""
    (N, F), kernel_size = dy.shape[:2], weight.shape[2:]
    columns = functional.im2col(x, kernel_size, stride, padding)  # (N, C·KH·KW, OH·OW)
    dY = dy.reshape(N, F, -1)
    dweight = (dY @ columns.transpose(0, 2, 1)).sum(axis=0).reshape(weight.shape)
    dcolumns = weight.reshape(F, -1).T @ dY
    dx = functional.col2im(dcolumns, x.shape[2:], kernel_size, stride, padding)
    return dx, dweight, dY.sum(axis=(0, 2))
