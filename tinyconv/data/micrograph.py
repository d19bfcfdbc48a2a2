"""A fluorescence micrograph of cell nuclei, each with its outline drawn by an expert."""

from typing import Any

import numpy as np

from tinyconv.data.files import load
from tinyconv.data.masks import tight_boxes
from tinyconv.shapes import Array


def nuclei() -> tuple[Array, dict[str, Any]]:
    """Return a real 256×256 micrograph with 35 nuclei, and its metadata.

    The image is float32 (1, 1, 256, 256) in [0, 1]: its brightest pixel is 1. The metadata holds

    - `boxes`, float64 (35, 4), xyxy in pixels: the tight box of each nucleus;
    - `mask`, int32 (256, 256): 0 is background, i + 1 the nucleus of row i of `boxes`;
    - `labels`: the word "nucleus" 35 times.

    Nuclei at the border are cut by it.

    >>> image, metadata = nuclei()
    >>> image.shape, metadata["boxes"].shape, metadata["labels"][0]
    ((1, 1, 256, 256), (35, 4), 'nucleus')
    """
    arrays = load("nuclei.npz")
    image, mask = arrays["image"].astype(np.float32), arrays["mask"].astype(np.int32)  # (256, 256)
    boxes = tight_boxes(mask)  # (M, 4)
    metadata = {"boxes": boxes, "mask": mask, "labels": ["nucleus"] * len(boxes)}
    return (image / image.max())[None, None], metadata
