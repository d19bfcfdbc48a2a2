"""Solutions of tutorial 2."""

import numpy as np


def convolve(x, weight, bias, stride: int, padding: int):
    """Return the convolution of every image with every filter: (N, F, OH, OW)."""
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    (N, _, H, W), (F, _, KH, KW) = padded.shape, weight.shape
    y = np.empty((N, F, (H - KH) // stride + 1, (W - KW) // stride + 1))
    for n, f, row, col in np.ndindex(y.shape):
        top, left = row * stride, col * stride
        patch = padded[n, :, top : top + KH, left : left + KW]  # (C, KH, KW)
        y[n, f, row, col] = (patch * weight[f]).sum() + bias[f]
    return y


def convolve_in_groups(x, weight, bias, stride: int, padding: int, groups):
    """Return the convolution in groups: (N, F, OH, OW)."""
    blocks = (np.split(x, groups, axis=1), np.split(weight, groups), np.split(bias, groups))
    return np.concatenate([convolve(*block, stride, padding) for block in zip(*blocks, strict=True)], axis=1)


def convolve_by_taps(x, weight, bias, stride: int, padding: int):
    """Return the convolution, with a loop over the taps of the kernel only: (N, F, OH, OW)."""
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    (N, _, H, W), (F, _, KH, KW) = padded.shape, weight.shape
    OH, OW = (H - KH) // stride + 1, (W - KW) // stride + 1
    y = np.zeros((N, F, OH, OW)) + bias[:, None, None]
    for i, j in np.ndindex(KH, KW):
        met = padded[:, :, i : i + stride * OH : stride, j : j + stride * OW : stride]  # (N, C, OH, OW)
        y += np.einsum("fc,nchw->nfhw", weight[:, :, i, j], met)
    return y
