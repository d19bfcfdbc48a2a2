"""Pictures of maps, filters, the places on them, and all that `tinyconv.inspection` finds.

It is the only folder that imports matplotlib. Every function returns a `Display`: it holds its arrays,
`figure_` and `axes_`, a notebook shows it, and it changes no setting of matplotlib's. ``display.save(path)``
writes the picture; ``display.plot(ax)`` draws it into your own axes, which a picture of several maps takes as
the area that it fits itself into.
"""

from tinyconv.plot.arithmetic import ArithmeticDisplay, arithmetic
from tinyconv.plot.attribution import AttributionDisplay, attribution
from tinyconv.plot.columns import ColumnsDisplay, columns
from tinyconv.plot.display import Display
from tinyconv.plot.filters_needed import FiltersNeededDisplay, filters_needed
from tinyconv.plot.grid import FeatureMapsDisplay, feature_maps
from tinyconv.plot.health import HealthDisplay, health
from tinyconv.plot.history import HistoryDisplay, history
from tinyconv.plot.layers import LayersDisplay, through_the_layers
from tinyconv.plot.partial_products import PartialProductsDisplay, partial_products
from tinyconv.plot.patch import PatchDisplay, patch
from tinyconv.plot.picture import PictureDisplay
from tinyconv.plot.receptive_field import ReceptiveFieldDisplay, receptive_field
from tinyconv.plot.switches import SwitchesDisplay, switches
from tinyconv.plot.top_patches import TopPatchesDisplay, top_patches
from tinyconv.plot.values import ValuesDisplay
from tinyconv.plot.visualization import visualize
from tinyconv.plot.weights import FiltersDisplay, filters

deconvnet = saliency = guided_backprop = attribution  # one picture for three methods, under their names too

__all__ = [
    "ArithmeticDisplay",
    "AttributionDisplay",
    "ColumnsDisplay",
    "Display",
    "FeatureMapsDisplay",
    "FiltersDisplay",
    "FiltersNeededDisplay",
    "HealthDisplay",
    "HistoryDisplay",
    "LayersDisplay",
    "PartialProductsDisplay",
    "PatchDisplay",
    "PictureDisplay",
    "ReceptiveFieldDisplay",
    "SwitchesDisplay",
    "TopPatchesDisplay",
    "ValuesDisplay",
    "arithmetic",
    "attribution",
    "columns",
    "deconvnet",
    "feature_maps",
    "filters",
    "filters_needed",
    "guided_backprop",
    "health",
    "history",
    "partial_products",
    "patch",
    "receptive_field",
    "saliency",
    "switches",
    "through_the_layers",
    "top_patches",
    "visualize",
]
