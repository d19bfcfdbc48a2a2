"""A data set's images, a few at a time, with a progress bar."""

from collections.abc import Iterator

from tinyconv.metadata import MetadataBatch
from tinyconv.shapes import Array
from tinyconv.training.progress import progress_bar


def batches(
    images: Array, metadata: MetadataBatch, batch_size: int, what: str, shown: bool
) -> Iterator[tuple[Array, MetadataBatch]]:
    """Yield images and their metadata, `batch_size` at a time; the last batch may be smaller.

    >>> import numpy as np
    >>> from tinyconv.metadata import attach
    >>> images = np.zeros((5, 1, 2, 2))
    >>> [len(part) for part, _ in batches(images, attach([{}] * 5, images.shape, "demo"), 2, "demo", False)]
    [2, 2, 1]
    """
    with progress_bar(total=len(images), desc=what, unit=" images", disable=not shown, leave=False) as bar:
        for start in range(0, len(images), batch_size):
            part = images[start : start + batch_size]
            yield part, metadata[start : start + batch_size]
            bar.update(len(part))
