"""ReLU, forward and backward, in one pass over the memory."""

from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array, plain
from tinyconv.kernels.lending import empty
from tinyconv.kernels.share import share


@kernel
def keep_positive(worker, workers, gate, x, y):  # type: ignore[no-untyped-def]
    """Copy x to y where the gate is not ≤ 0 (so NaN passes), and put 0 elsewhere; all of them flat."""
    mine = share(x.size, worker, workers)
    gate, x, y = gate[mine.start : mine.stop], x[mine.start : mine.stop], y[mine.start : mine.stop]
    for i in range(x.size):
        y[i] = 0 if gate[i] <= 0 else x[i]


def relu_forward(x: Array) -> Array:
    """Keep what is positive (and NaN), put 0 for the rest."""
    return _gated(x, x)


def relu_backward(dy: Array, y: Array) -> Array:
    """Let the gradient through where the output is not 0."""
    return _gated(y, dy)


def _gated(gate: Array, x: Array) -> Array:
    result = empty(x.shape, x.dtype)
    keep_positive(plain(gate).reshape(-1), plain(x).reshape(-1), result.reshape(-1))
    return result
