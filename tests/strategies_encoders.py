"""An encoder with one of every kind, metadata for it, and the same in PyTorch."""

import numpy as np
import torch
from hypothesis import strategies as st

from tinyconv.layers import Embedding, Encode, Numeric, OneHot, Ordinal, Project

STAINS, SIZES, MEAN, STD = ("DAPI", "H&E", 7), ("S", "M", "L"), [1.0, -2.0], [0.5, 3.0]

entries = st.fixed_dictionaries(
    {
        "stain": st.sampled_from(STAINS),
        "size": st.sampled_from(SIZES),
        "operator": st.integers(0, 3) | st.integers(0, 3).map(np.int32),
        "zoom": st.floats(-5, 5) | st.integers(-5, 5) | st.booleans() | st.floats(-5, 5).map(lambda z: [z]),
        "conditions": st.tuples(st.floats(-5, 5), st.integers(-5, 5)).flatmap(
            lambda pair: st.sampled_from([pair, list(pair), np.array(pair)])
        ),
        "boxes": st.just([[0, 0, 1, 1]]),
    }
)


def metadata(largest=5):
    """Draw a list of dicts: none, one, or some."""
    return st.lists(entries, max_size=largest)


def every_encoder(seed, dtype):
    """Return an encoder of 3 + 1 + 3 + 1 + 2 + 4 numbers."""
    return Encode(
        OneHot("stain", STAINS),
        Ordinal("size", SIZES),
        Embedding("operator", 4, 3, rng=seed, dtype=dtype),
        Numeric("zoom"),
        Numeric("conditions", 2, MEAN, STD),
        Project(Encode(Numeric("conditions", 2), Numeric("zoom")), 4, rng=seed + 1, dtype=dtype),
    )


def torchs_encoder(leaves, images, dtype):
    """Return the same vector in PyTorch, from leaves under the names of the parameters."""
    kind = torch.from_numpy(np.zeros(0, dtype)).dtype
    N = len(images)
    stains = torch.tensor([STAINS.index(image["stain"]) for image in images], dtype=torch.long)
    sizes = torch.tensor([SIZES.index(image["size"]) for image in images], dtype=kind).reshape(N, 1)
    operators = torch.tensor([int(image["operator"]) for image in images], dtype=torch.long)
    zooms = torch.tensor([np.ravel(image["zoom"]).item() for image in images], dtype=torch.double).reshape(
        N, 1
    )
    conditions = torch.tensor([list(map(float, image["conditions"])) for image in images], dtype=torch.double)
    conditions = conditions.reshape(N, 2)
    scaled = (conditions - torch.tensor(MEAN, dtype=torch.double)) / torch.tensor(STD, dtype=torch.double)
    both = torch.cat([conditions, zooms], dim=1).to(kind)
    return torch.cat(
        [
            torch.nn.functional.one_hot(stains, 3).to(kind),
            sizes / 2,
            torch.nn.functional.embedding(operators, leaves["2.weight"]),
            zooms.to(kind),
            scaled.to(kind),
            torch.nn.functional.linear(both, leaves["5.linear.weight"], leaves["5.linear.bias"]),
        ],
        dim=1,
    )
