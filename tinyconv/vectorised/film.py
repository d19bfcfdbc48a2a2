"""FiLM, for all numbers at once."""

from tinyconv.shapes import Array


def film_forward(x: Array, gamma: Array, beta: Array) -> Array:
    """Return gamma·x + beta: x is (N, C, …), gamma and beta (N, C)."""
    return _over(gamma, x) * x + _over(beta, x)


def film_backward(dy: Array, x: Array, gamma: Array) -> tuple[Array, Array, Array]:
    """Scale the gradient back; gamma and beta get the sums over each map."""
    cells = tuple(range(2, x.ndim))
    return _over(gamma, x) * dy, (dy * x).sum(axis=cells), dy.sum(axis=cells)


def _over(numbers: Array, x: Array) -> Array:
    """Give (N, C) the axes that x has behind them."""
    return numbers.reshape(*numbers.shape, *[1] * (x.ndim - 2))
