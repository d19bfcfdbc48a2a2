"""Pictures of maps, filters and the places on them: the only folder that imports matplotlib.

Every function returns a `Display`: it holds its arrays, `figure_` and `axes_`, shows nothing by itself, and
changes no setting of matplotlib's. ``display.save(path)`` writes the picture.
"""

from tinyconv.plot.display import Display
from tinyconv.plot.grid import FeatureMapsDisplay, feature_maps
from tinyconv.plot.layers import LayersDisplay, through_the_layers
from tinyconv.plot.picture import PictureDisplay
from tinyconv.plot.values import ValuesDisplay
from tinyconv.plot.visualization import visualize
from tinyconv.plot.weights import FiltersDisplay, filters

__all__ = [
    "Display",
    "FeatureMapsDisplay",
    "FiltersDisplay",
    "LayersDisplay",
    "PictureDisplay",
    "ValuesDisplay",
    "feature_maps",
    "filters",
    "through_the_layers",
    "visualize",
]
