"""Solutions of tutorial 8."""

import numpy as np


def opened(dy, x):
    """Return dx, shaped like x, given dy, the gradient by max(x, 0)."""
    return dy * (x > 0)


def shared(dy, x, kernel_size: int, stride: int):
    """Return dx (N, C, H, W), given dy (N, C, OH, OW)."""
    dx = np.zeros(x.shape)
    for row, col in np.ndindex(dy.shape[2:]):
        top, left = row * stride, col * stride
        share = dy[:, :, row, col, None, None] / kernel_size**2
        dx[:, :, top : top + kernel_size, left : left + kernel_size] += share
    return dx


def conv_backward(dout, cache):
    """Return dx, dw, db; cache is (x, w, b, conv_param)."""
    x, w, _, conv_param = cache
    (PH, PW), (SH, SW) = (np.broadcast_to(conv_param[option], 2) for option in ("pad", "stride"))
    (H, W), (KH, KW) = x.shape[2:], w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (PH, PH), (PW, PW)))
    dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for row, col in np.ndindex(dout.shape[2:]):
        window = np.s_[:, :, row * SH : row * SH + KH, col * SW : col * SW + KW]
        dw += np.einsum("nf,ncij->fcij", dout[:, :, row, col], padded[window])
        dpadded[window] += np.einsum("nf,fcij->ncij", dout[:, :, row, col], w)
    return dpadded[:, :, PH : PH + H, PW : PW + W], dw, dout.sum(axis=(0, 2, 3))
