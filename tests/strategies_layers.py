"""Layers that only tests need: they show what the contract does with buffers and with the mode."""

import numpy as np

from tinyconv.layers import Layer


class RunningMean(Layer):
    """Takes the mean off: in training the batch's, which it keeps, else the mean of all that it has kept.

    It has a buffer of each kind: floats, a count, and one that PyTorch would not know.
    """

    buffer_names = ("running_mean", "num_batches_tracked")
    private_buffer_names = ("step",)

    def __init__(self, dtype=np.float32):
        self.running_mean = np.zeros(1, dtype)
        self.num_batches_tracked = np.zeros((), np.int64)
        self.step = np.zeros((), np.int64)

    def _forward(self, x, run):
        if not run.training:
            return run.note("output", x - self.running_mean), None
        mean = x.mean()
        self.running_mean += (mean - self.running_mean) / (self.num_batches_tracked + 1)
        self.num_batches_tracked += 1
        self.step += 1
        return run.note("output", x - mean), None

    def _backward(self, dy, cache, note):
        return note("dx", dy - dy.mean()), {}
