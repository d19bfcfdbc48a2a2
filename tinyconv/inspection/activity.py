"""What every layer of a network puts out over many images, counted while the images go through."""

from typing import Self, TypeVar

import numpy as np

from tinyconv.functional import SigmoidCache, TanhCache, sigmoid_backward, tanh_backward
from tinyconv.layers import Layer, ReLU, Sigmoid, Tanh
from tinyconv.shapes import Array
from tinyconv.trace import Note

T = TypeVar("T")

FLAT = 0.05  # of the steepest slope: below it a sigmoid or tanh hardly lets a gradient through


class Activity:
    """Statistics of one layer's channels, (F,) each, over all images and cells so far.

    Mean and spread are joined batch by batch (Chan, Golub & LeVeque, 1983): no sum of squares loses digits.

    >>> activity = Activity(ReLU())
    >>> activity.add(np.array([[0.0, 1.0], [0.0, 3.0]]))
    >>> activity.mean, activity.std, activity.zeros, activity.saturated
    (array([0., 2.]), array([0., 1.]), array([1., 0.]), array([0., 1.]))
    """

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.count = 0
        self.low, self.high = np.array(np.inf), np.array(-np.inf)
        self.mean = self._spread = self._zeros = self._saturated = np.array(0.0)

    def add(self, y: Array) -> None:
        """Add the outputs (N, F, …) of some images."""
        cells = np.moveaxis(y, 1, 0).reshape(y.shape[1], -1).astype(np.float64)  # (F, N·OH·OW)
        before, self.count = self.count, self.count + cells.shape[1]
        mean = cells.mean(axis=1)
        step = mean - self.mean
        self.mean = self.mean + step * (cells.shape[1] / self.count)
        self._spread = self._spread + ((cells - mean[:, None]) ** 2).sum(axis=1)
        self._spread = self._spread + step**2 * (before * cells.shape[1] / self.count)
        self.low, self.high = (
            np.minimum(self.low, cells.min(axis=1)),
            np.maximum(self.high, cells.max(axis=1)),
        )
        self._zeros = self._zeros + (cells == 0).sum(axis=1)
        self._saturated = self._saturated + saturates(self.layer, cells).sum(axis=1)

    @property
    def std(self) -> Array:
        """The standard deviation."""
        return np.sqrt(self._spread / self.count)

    @property
    def zeros(self) -> Array:
        """The share of numbers that are exactly 0."""
        return self._zeros / self.count

    @property
    def saturated(self) -> Array:
        """The share of numbers where the layer saturates."""
        return self._saturated / self.count


def saturates(layer: Layer, y: Array) -> Array:
    """Return where the outputs y say that a layer does nothing but pass on, or lets no gradient through.

    A ReLU where it is on; a sigmoid or tanh where it is nearly flat. Other layers don't saturate.

    >>> saturates(Sigmoid(), np.array([0.001, 0.5, 0.999]))
    array([ True, False,  True])
    """
    if isinstance(layer, ReLU):
        return y > 0
    if isinstance(layer, Sigmoid):
        return sigmoid_backward(np.ones_like(y), SigmoidCache(y)) < FLAT / 4  # its steepest slope is 1/4
    if isinstance(layer, Tanh):
        return tanh_backward(np.ones_like(y), TanhCache(y)) < FLAT
    return np.zeros(y.shape, bool)


class Meter(Note):
    """A note that counts every output of the layers in `activities`, and keeps none."""

    __slots__ = ("activities",)

    watches = True

    def __init__(self, path: str = "", activities: dict[str, Activity] | None = None) -> None:
        super().__init__(path)
        self.activities = activities or {}

    def __call__(self, name: str, array: T) -> T:
        """Count an output, and return it."""
        if name == "output" and self.path in self.activities and isinstance(array, np.ndarray):
            self.activities[self.path].add(array)
        return array

    def within(self, name: str) -> Self:
        """Return the meter of the layer `name` inside this one."""
        return type(self)(f"{self.path}.{name}" if self.path else name, self.activities)
