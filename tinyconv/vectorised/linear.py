"""The fully connected layer: a product of matrices."""

from tinyconv.shapes import Array


def linear_forward(x: Array, weight: Array, bias: Array | None) -> Array:
    """Return one weighted sum of the features per output: x is (N, D), weight (F, D), the result (N, F)."""
    y = x @ weight.T
    if bias is not None:
        y += bias
    return y


def linear_backward(dy: Array, x: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Transpose the forward pass."""
    return dy @ weight, dy.T @ x, dy.sum(axis=0)
