"""`visualize`: the call to make when the boxes seem lost."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from tinyconv.metadata import Metadata, MetadataBatch
from tinyconv.plot.display import Display
from tinyconv.plot.grid import feature_maps
from tinyconv.plot.maps import (
    as_picture,
    checked_image,
    image_metadata,
    is_picture,
    numbers,
    one_image,
    why_no_places,
)
from tinyconv.plot.picture import PictureDisplay
from tinyconv.plot.style import Scale
from tinyconv.plot.values import ValuesDisplay
from tinyconv.shapes import ShapeError, integer


def visualize(
    y: Any, metadata: Any = None, ax: Axes | None = None, *, channel: int | None = None, image: int = 0
) -> Display:
    """Draw an image or feature maps, with every box, point, mask outline and label in its place.

    A picture (grey or RGB in [0, 1], or uint8) is drawn as such, one map in the colours of its values,
    several as a grid. An object has the same colour on every map; the title says how many lie outside. Behind
    a layer that mixes all places the values are drawn as bars, and the title says why there are no boxes.

    Args:
        y: (N, C, H, W), (C, H, W) or (H, W); or (N, F) with metadata that say that places have ended.
        metadata: None, a dict for one image, a list of N dicts, or what came out of a layer together with y.
        ax: matplotlib axes to draw on, the area for several maps; None: a new figure.
        channel: which map; None: all.
        image: which image of the batch.

    Raises:
        ShapeError, DTypeError: y or the metadata don't fit, or there is no such image or channel.

    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> display = visualize(np.zeros((1, 3, 32, 32)), {"bbox": [10, 10, 20, 20], "class": "cat"}, ax)
    >>> ax.get_title(), ax.texts[0].get_text(), ax.patches[0].get_bbox().extents
    ('input · 32×32', 'cat', array([10., 10., 20., 20.]))
    """
    if _has_no_places(y, metadata):
        return _values(y, metadata, image).plot(ax)
    maps, own = one_image("visualize", y, metadata, image)
    if channel is None and is_picture(maps, own):
        return PictureDisplay(as_picture(maps), Scale.grey(), own).plot(ax)
    if channel is None and len(maps) > 1:
        return feature_maps(maps, own, ax)
    channel = _checked_channel(channel or 0, len(maps))
    return PictureDisplay(maps[channel], Scale.of(maps), own, channel).plot(ax)


def _checked_channel(channel: Any, C: int) -> int:
    if integer("visualize", "channel", channel, minimum=0) >= C:
        raise ShapeError(f"visualize: channel (={channel}) must be below C = {C}")
    return int(channel)


def _has_no_places(y: Any, metadata: Any) -> bool:
    ended = isinstance(metadata, Metadata | MetadataBatch) and why_no_places(metadata) != ""
    return ended and np.ndim(y) == 2  # (N, F), and not one map (H, W)


def _values(y: Any, metadata: Any, image: int) -> ValuesDisplay:
    values = numbers("visualize", "y", y)  # (N, F)
    row = checked_image("visualize", image, len(values))
    return ValuesDisplay(values[row], image_metadata("visualize", metadata, values.shape, image))
