"""The geometry of a convolution: what decides where the products of each output lie."""

from typing import NamedTuple

import numpy as np

from tinyconv.kernels.layout import Array, Pair


class Axis(NamedTuple):
    """The same along one axis: rows, or columns."""

    kernel: int
    stride: int
    dilation: int
    before: int
    size: int
    outputs: int

    @property
    def positions(self) -> Array:
        """(K,) the pixels that the taps of output 0 read: those below 0 are padding.

        >>> Axis(kernel=3, stride=1, dilation=2, before=1, size=8, outputs=6).positions
        array([-1,  1,  3])
        """
        return np.arange(self.kernel) * self.dilation - self.before


class Geometry(NamedTuple):
    """How the filters of one group lie on an image, and how many groups there are."""

    filters: tuple[int, int, int, int]  # (F/G, C/G, KH, KW)
    stride: Pair
    dilation: Pair
    before: Pair  # zeros above and left of the image
    size: Pair  # (H, W)
    outputs: Pair  # (OH, OW)
    groups: int = 1

    @classmethod
    def of(
        cls,
        x: Array,
        weight: Array,
        stride: Pair,
        padding: tuple[Pair, Pair],
        dilation: Pair,
        groups: int,
        outputs: Pair,
    ) -> "Geometry":
        """Return the geometry for images (N, C, H, W) and filters (F, C/G, KH, KW)."""
        F, C, KH, KW = weight.shape
        (top, _), (left, _) = padding
        filters = F // groups, C, KH, KW
        return cls(filters, stride, dilation, (top, left), x.shape[2:], outputs, groups)

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """That of the rows, and that of the columns.

        >>> Geometry((8, 1, 3, 5), (1, 1), (1, 1), (1, 2), (28, 32), (28, 32)).axes[1]
        Axis(kernel=5, stride=1, dilation=1, before=2, size=32, outputs=32)
        """
        each = self.filters[2:], self.stride, self.dilation, self.before, self.size, self.outputs
        rows, cols = map(Axis, *each)
        return rows, cols
