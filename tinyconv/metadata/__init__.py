"""The dict that travels with the images: boxes, points and masks keep their place, the rest stays as it is.

>>> metadata = attach({"bbox": [2, 2, 6, 6], "class": "cat"}, (1, 3, 8, 8), "demo")
>>> metadata["bbox"], metadata["class"]
(Boxes([2., 2., 6., 6.], canvas=(8, 8)), 'cat')
"""

from tinyconv.geometry import View
from tinyconv.metadata.batch import MetadataBatch
from tinyconv.metadata.border import attach
from tinyconv.metadata.boxes import Boxes
from tinyconv.metadata.carried import Metadata
from tinyconv.metadata.journey import GeometryEnded, Step
from tinyconv.metadata.mask import Mask
from tinyconv.metadata.points import Points
from tinyconv.metadata.spatial import Spatial

__all__ = [
    "Boxes",
    "GeometryEnded",
    "Mask",
    "Metadata",
    "MetadataBatch",
    "Points",
    "Spatial",
    "Step",
    "View",
    "attach",
]
