"""The outline of every object of a mask: exactly the cell edges that part it from what is not the object."""

import numpy as np

from tinyconv.shapes import Array


def outlines(mask: Array) -> tuple[Array, Array]:
    """Return the edges around all objects of a mask (H, W), 0 being background, and the object of each edge.

    The edges are float64 (S, 2, 2): two ends, x and y in edge coordinates; each is as long as a cell. Where
    two objects touch, each has its own edge. The border of the map closes an object that it cuts.

    >>> edges, ids = outlines(np.array([[0, 7]]))
    >>> edges.tolist()
    [[[2.0, 0.0], [2.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]], [[1.0, 1.0], [2.0, 1.0]], [[1.0, 0.0], [2.0, 0.0]]]
    >>> ids
    array([7, 7, 7, 7])
    """
    upright, upright_ids = _edges_between_columns(mask)
    across, across_ids = _edges_between_columns(mask.T)
    edges = np.concatenate([upright, across[..., ::-1]])  # the transposed map's x is y here
    return edges, np.concatenate([upright_ids, across_ids])


def _edges_between_columns(mask: Array) -> tuple[Array, Array]:
    padded = np.pad(mask, ((0, 0), (1, 1)))  # (H, W + 2)
    left, right = padded[:, :-1], padded[:, 1:]  # (H, W + 1): what lies beside the edge at x
    edges, ids = [], []
    for side in (left, right):
        y, x = np.nonzero((left != right) & (side != 0))
        edges.append(np.stack([np.stack([x, y], 1), np.stack([x, y + 1], 1)], 1))  # (S, 2, 2)
        ids.append(side[y, x])
    return np.concatenate(edges).astype(np.float64), np.concatenate(ids)
