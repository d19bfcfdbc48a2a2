"""How `nuclei.npz` was made: `python -m tinyconv.data.make_nuclei`, where stardist is installed.

The crop was chosen by a search over all of them: no mitotic nucleus outshines the others, none is in two
pieces, and at least 100 pixels are left of each one that the border cuts.
"""

from pathlib import Path

import numpy as np

from tinyconv.shapes import Array

TOP, LEFT, SIZE = 196, 212, 256


def arrays() -> dict[str, Array]:
    """Return what the file holds: the camera's levels (all below 256), and the ids renumbered from 1."""
    from stardist.data import test_image_nuclei_2d

    crop = np.s_[TOP : TOP + SIZE, LEFT : LEFT + SIZE]
    image, mask = (array[crop] for array in test_image_nuclei_2d(return_mask=True))
    _, renumbered = np.unique(mask, return_inverse=True)  # 0, the background, is the first and stays 0
    return {"image": image.astype(np.uint8), "mask": renumbered.reshape(mask.shape).astype(np.uint16)}


def main() -> None:
    """Write `nuclei.npz` beside this script."""
    made = arrays()
    np.savez_compressed(Path(__file__).with_name("nuclei.npz"), image=made["image"], mask=made["mask"])


if __name__ == "__main__":
    main()
