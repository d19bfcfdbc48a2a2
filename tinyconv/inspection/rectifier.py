"""Three ways back through a ReLU, and a network that takes one of them. All else is the network's own.

The rules stand side by side in Springenberg et al., "Striving for Simplicity" (2015), figure 1.
"""

import copy
from collections.abc import Callable
from typing import Any, TypeVar

from tinyconv.functional import ReLUCache, relu_backward, relu_forward
from tinyconv.layers import Layer, ReLU
from tinyconv.layers.base import Gradients
from tinyconv.layers.state import Stateful
from tinyconv.shapes import Array
from tinyconv.trace import Note

Rule = Callable[[Array, ReLUCache], Array]
L = TypeVar("L", bound=Layer)


def saliency_rule(dy: Array, cache: ReLUCache) -> Array:
    """Let through what the ReLU let through on the way up: the gradient (Simonyan et al., 2014).

    >>> import numpy as np
    >>> _, cache = relu_forward(np.array([-1.0, 2.0, 3.0]))
    >>> dy = np.array([4.0, -5.0, 6.0])
    >>> saliency_rule(dy, cache), deconvnet_rule(dy, cache), guided_rule(dy, cache)
    (array([ 0., -5.,  6.]), array([4., 0., 6.]), array([0., 0., 6.]))
    """
    return relu_backward(dy, cache)


def deconvnet_rule(dy: Array, cache: ReLUCache) -> Array:
    """Let through what is positive on the way down: a ReLU again (Zeiler & Fergus, 2014)."""
    return relu_forward(dy)[0]


def guided_rule(dy: Array, cache: ReLUCache) -> Array:
    """Let through what is positive on both ways (Springenberg et al., 2015)."""
    return relu_backward(deconvnet_rule(dy, cache), cache)


class Rectifier(ReLU):
    """A ReLU whose way back follows a rule.

    It is no `ReLU` by its very class, so no fused step swallows it.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def _backward(self, dy: Array, cache: ReLUCache, note: Note) -> tuple[Array, Gradients]:
        return note("dx", self.rule(dy, cache)), {}


def with_rule(network: L, rule: Rule) -> L:
    """Return the network with a `Rectifier` for each ReLU, wherever it stands; all arrays are shared.

    >>> from tinyconv.layers import Residual
    >>> type(with_rule(Residual(ReLU()), deconvnet_rule).body).__name__
    'Rectifier'
    """
    arrays = network.parameters() | network.buffers()
    replaced: dict[int, Any] = {id(array): array for array in arrays.values()}
    replaced |= {id(part): Rectifier(rule) for part in _parts(network) if isinstance(part, ReLU)}
    return copy.deepcopy(network, replaced)


def _parts(whole: Stateful) -> list[Stateful]:
    return [whole, *(inner for part in whole.parts().values() for inner in _parts(part))]
