"""How `digits.npz` was made: `python -m tinyconv.data.make_digits`, where scikit-learn is installed."""

from pathlib import Path

import numpy as np

from tinyconv.shapes import Array


def arrays() -> dict[str, Array]:
    """Return what the file holds: the levels 0 to 16 as they are, in the smallest dtype."""
    from sklearn.datasets import load_digits

    source = load_digits()
    return {"images": source.images.astype(np.uint8), "labels": source.target.astype(np.uint8)}


def main() -> None:
    """Write `digits.npz` beside this script."""
    made = arrays()
    np.savez_compressed(Path(__file__).with_name("digits.npz"), images=made["images"], labels=made["labels"])


if __name__ == "__main__":
    main()
