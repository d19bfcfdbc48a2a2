"""How a network's layers are: dead, saturated or alike, and whether its first filters have a structure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinyconv.inspection.activity import Activity, Meter
from tinyconv.inspection.arguments import checked_images, own_metadata
from tinyconv.inspection.batches import batches
from tinyconv.inspection.orientation import oriented
from tinyconv.inspection.way import gone, named_layers, whole
from tinyconv.layers import Conv2d, Layer, Linear, ReLU
from tinyconv.shapes import Array, ShapeError, integer
from tinyconv.summary import aligned

ALIKE = 0.95  # |cosine| of two filters' weights
ALWAYS = 0.99  # share of cells
TITLES = ("name", "layer", "filters", "dead", "saturated", "alike", "mean", "std", "zeros")


@dataclass(frozen=True, eq=False, repr=False)
class LayerHealth:
    """One layer's activations over all images, and its weights."""

    name: str
    layer: str  # the call that makes it
    filters: int  # channels, or features, that come out: F
    mean: Array  # (F,) float64: of each channel over all images and cells
    std: Array  # (F,) float64
    low: Array  # (F,) float64: the smallest activation
    high: Array  # (F,) float64: the largest
    zeros: Array  # (F,) float64: the share of activations that are exactly 0
    dead: Array  # int64: the channels of a ReLU that are never positive
    saturated: Array  # int64: of a ReLU: on in 99 % of all cells; of a sigmoid or tanh: flat in as many
    alike: Array  # (P, 2) int64: pairs of filters whose weights have |cosine| ≥ 0.95

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table: counts, and means over the channels."""
        counts = (self.filters, len(self.dead), len(self.saturated), len(self.alike))
        mean, std, zeros = self.mean.mean(), self.std.mean(), self.zeros.mean()
        return self.name, self.layer, *map(str, counts), f"{mean:.3g}", f"{std:.3g}", f"{100 * zeros:.0f} %"

    def __repr__(self) -> str:
        """Return the row."""
        return "  ".join(f"{title} {cell}" for title, cell in zip(TITLES, self.cells, strict=True))


@dataclass(frozen=True, eq=False, repr=False)
class Health:
    """One row per layer; and the filters of the first convolution, scored against noise."""

    layers: tuple[LayerHealth, ...]
    first: str | None  # the first convolution's name
    filters: Array | None  # (F, C', KH, KW): its weights
    oriented: Array | None  # (F,) in [0, 1]: the share of shuffles of its own taps that are less oriented

    def __getitem__(self, name: str) -> LayerHealth:
        """Return the row of a layer.

        Raises:
            ShapeError: there is none.
        """
        rows = {row.name: row for row in self.layers}
        if name not in rows:
            raise ShapeError(f"health: name (={name!r}) must be one of {', '.join(rows)}")
        return rows[name]

    def __repr__(self) -> str:
        """Return the table, and what the first filters look like."""
        lines = aligned([TITLES, *(row.cells for row in self.layers)], texts=2)
        table = "\n".join([lines[0], "─" * max(map(len, lines)), *lines[1:]])
        if self.oriented is None or np.isnan(self.oriented).any():
            return table
        good, F = int((self.oriented >= ALIKE).sum()), len(self.oriented)
        return f"{table}\n{good} of {F} filters of {self.first} are oriented; of pure noise 1 in 20 would be"


def health(
    network: Layer, images: Array, *, metadata: Any = None, batch_size: int = 64, progress: bool = True
) -> Health:
    """Run the network over all images, and return how its layers are.

    Args:
        network: a `Sequential`, or a layer.
        images: (N, C, H, W).
        metadata: a list of N dicts, or None.
        batch_size: how many images at a time.
        progress: whether to show a bar.

    Raises:
        ShapeError, DTypeError: the images or the metadata don't fit.

    >>> from tinyconv.network import Sequential
    >>> network = Sequential(conv1=Conv2d(1, 4, 3, rng=0), relu1=ReLU())
    >>> network["conv1"].weight[3], network["conv1"].bias[3] = -1, 0  # its ReLU never opens
    >>> network["conv1"].weight[1] = 2 * network["conv1"].weight[0]
    >>> images = np.random.default_rng(0).random((8, 1, 8, 8), np.float32)
    >>> found = health(network, images, progress=False)
    >>> found["relu1"].dead, found["conv1"].alike
    (array([3]), array([[0, 1]]))
    """
    batch_size = integer("health", "batch_size", batch_size, minimum=1)
    network, images = whole("health", network), checked_images("health", images)
    own = own_metadata("health", network, metadata, images.shape)
    gone("health", network, images[:1], own[:1])  # one image, before work starts
    layers = named_layers(network)
    meter = Meter(activities={name: Activity(layer) for name, layer in layers.items()})
    for part, part_metadata in batches(images, own, batch_size, "health", progress):
        network.forward(part, part_metadata, training=False, note=meter)
    rows = tuple(_row(name, activity) for name, activity in meter.activities.items() if activity.count)
    return Health(rows, *_first_filters(layers))


def _row(name: str, activity: Activity) -> LayerHealth:
    layer = activity.layer
    never_on = (activity.high <= 0) & isinstance(layer, ReLU)
    return LayerHealth(
        name=name,
        layer=layer.call(),
        filters=len(activity.mean),
        mean=activity.mean,
        std=activity.std,
        low=activity.low,
        high=activity.high,
        zeros=activity.zeros,
        dead=np.flatnonzero(never_on),
        saturated=np.flatnonzero(activity.saturated >= ALWAYS),
        alike=alike(layer),
    )


def alike(layer: Layer) -> Array:
    """Return the pairs of filters, (P, 2) int64, that read the same channels with nearly the same weights.

    The sign does not count: a filter and its negative find the same structure.

    >>> layer = Linear(2, 3)
    >>> layer.weight[:] = [[1, 0], [-2, 0.1], [0, 1]]
    >>> alike(layer)
    array([[0, 1]])
    """
    if not isinstance(layer, Conv2d | Linear) or layer.weight[0].size == 1:  # two numbers are always alike
        return np.empty((0, 2), np.int64)
    F, groups = len(layer.weight), getattr(layer, "groups", 1)
    rows = layer.weight.reshape(F, -1).astype(np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    group = np.arange(F) // (F // groups)
    return np.argwhere(np.triu((abs(rows @ rows.T) >= ALIKE) & (group == group[:, None]), k=1))


def _first_filters(layers: Mapping[str, Layer]) -> tuple[str | None, Array | None, Array | None]:
    """Return name, weights and scores of the first convolution."""
    for name, layer in layers.items():
        if isinstance(layer, Conv2d):
            return name, layer.weight.copy(), oriented(layer.weight)
    return None, None, None
