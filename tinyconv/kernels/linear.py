"""The fully connected layer: three products of matrices, made by the convolution's own tile.

    out[m, p] = Σₖ left[m, k] · right[k, p]

Both are read row by row, in place where their rows lie like that. No library's threads spin, waiting for the
next product, while the kernels want the cores; and any number of threads makes the same bits.
"""

import numpy as np

from tinyconv.kernels.correlation import multiply
from tinyconv.kernels.filters import bias_blocks, filter_blocks
from tinyconv.kernels.host import HOST
from tinyconv.kernels.jit import kernel
from tinyconv.kernels.layout import Array, plain
from tinyconv.kernels.lending import aligned
from tinyconv.kernels.scratch import scratch
from tinyconv.kernels.tile import WIDEST
from tinyconv.kernels.turns import turns


@kernel
def fill_product(worker, workers, left, right, shifts, nothing, out, lanes):  # type: ignore[no-untyped-def]
    """Fill out (M, P) from left (B·R·K,) and the rows of flat `right`; a task owns a strip of R rows."""
    (M, P), (B, R), wide = out.shape, nothing.shape, WIDEST * lanes  # columns
    strips = max(1, P // wide)  # the last one takes what is left, so that none is narrower, unless P is
    zeros, flat = nothing.reshape(-1), out.reshape(-1)
    for task in turns(strips * B, worker, workers):
        strip, b = task // B, task % B
        first, last = strip * wide, P if strip == strips - 1 else (strip + 1) * wide
        count, row, p = last - first, b * R, b * R * shifts.size
        if count >= wide and row + R <= M:
            multiply(left, p, R, right, first, shifts, zeros, row, count, lanes, flat[row * P + first :], P)
            continue
        ld = (count + lanes - 1) // lanes * lanes
        sums = aligned(R * ld * right.itemsize).view(right.dtype)
        multiply(left, p, R, right, first, shifts, zeros, row, count, lanes, sums, ld)
        for m in range(min(R, M - row)):
            for i in range(count):
                flat[(row + m) * P + first + i] = sums[m * ld + i]


def product(left: Array, right: Array) -> Array:
    """Return left (M, K) times right (K, P) as (M, P)."""
    (M, K), P = left.shape, right.shape[1]
    out = np.zeros((M, P), left.dtype)
    if out.size and K:
        lanes = HOST.lanes(left.itemsize)
        filters, nothing = filter_blocks(left, groups=1), bias_blocks(None, M, 1, left.dtype)[0]
        fill_product(filters, _readable(right, lanes), np.arange(K) * P, nothing, out, lanes)
    return out


def _readable(matrix: Array, lanes: int) -> Array:
    """Return the rows one behind the other: in place, or with room behind where a tile overruns one."""
    if matrix.shape[1] >= WIDEST * lanes:
        return plain(matrix).reshape(-1)
    flat = scratch("rows", matrix.size, matrix.dtype, zeros=lanes)
    flat[: matrix.size] = matrix.reshape(-1)
    return flat


def linear_forward(x: Array, weight: Array, bias: Array | None) -> Array:
    """Return x (N, D) times weightᵀ, for weight (F, D), plus bias (F,)."""
    y = np.ascontiguousarray(product(weight, x.T).T)  # (N, F)
    if bias is not None:
        y += bias
    return y


def linear_backward(dy: Array, x: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Return dx (N, D), and the gradients of `linear_parameter_gradients`."""
    return product(dy, weight), *linear_parameter_gradients(dy, x)


def linear_parameter_gradients(dy: Array, x: Array) -> tuple[Array, Array]:
    """Return dweight (F, D) and dbias (F,)."""
    return product(dy.T, x), dy.sum(axis=0)
