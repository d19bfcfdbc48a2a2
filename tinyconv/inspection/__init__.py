"""What a network looks at: one convolution number by number, one filter's favourite patches, one cell's view.

Every function returns plain arrays under the field's names; `tinyconv.plot` draws them under the same names.
"""

from tinyconv.inspection.attribution import Attribution, deconvnet, guided_backprop, saliency
from tinyconv.inspection.columns import Columns, columns
from tinyconv.inspection.filters_needed import FiltersNeeded, filters_needed
from tinyconv.inspection.health import Health, LayerHealth, health
from tinyconv.inspection.partial_products import PartialProducts, partial_products
from tinyconv.inspection.patch import Patch, patch
from tinyconv.inspection.receptive_field import ReceptiveField, receptive_field
from tinyconv.inspection.top_patches import TopPatches, top_patches

__all__ = [
    "Attribution",
    "Columns",
    "FiltersNeeded",
    "Health",
    "LayerHealth",
    "PartialProducts",
    "Patch",
    "ReceptiveField",
    "TopPatches",
    "columns",
    "deconvnet",
    "filters_needed",
    "guided_backprop",
    "health",
    "partial_products",
    "patch",
    "receptive_field",
    "saliency",
    "top_patches",
]
