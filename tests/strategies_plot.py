"""Random maps with metadata on them, and what was drawn, read back from the artists."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from strategies_metadata import box_arrays, carried, coordinates, instance_masks, stacks

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def nothing_global_changes():
    """No plot changes matplotlib's settings; its figures are closed after the test."""
    before = matplotlib.rcParams.copy()
    yield
    plt.close("all")
    assert matplotlib.rcParams.copy() == before


def blank_figure(**options):
    """A figure that no window system knows of."""
    figure = Figure(**options)
    FigureCanvasAgg(figure)
    return figure


def blank_axes():
    """Axes in such a figure."""
    return blank_figure().subplots()


@st.composite
def points_on(draw, H, W, M):
    corners = draw(st.lists(coordinates, min_size=2 * M, max_size=2 * M))
    return np.array(corners).reshape(M, 2)


@st.composite
def annotated_maps(draw):
    """Draw (N, C, H, W) behind a random stack of windows, and the metadata of its one image."""
    stack = draw(stacks(layers=3))
    boxes = draw(box_arrays().filter(len))
    M = len(boxes)
    metadata = {
        "boxes": boxes,
        "mask": draw(instance_masks(stack.H, stack.W, most=M)),
        "points": draw(points_on(stack.H, stack.W, M)),
        "labels": [f"object {row}" for row in range(M)],
    }
    kept = draw(st.sets(st.sampled_from(["boxes", "mask", "points", "labels"]), min_size=1))
    metadata = carried({key: metadata[key] for key in metadata if key in kept}, stack)
    C = draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.standard_normal((1, C, *stack.size)), metadata


def pixels(image):
    """What an image shows: (H, W), or (H, W, 3) colours."""
    return np.asarray(image.get_array())


def drawn_boxes(ax):
    """(M, 4): the corners of every box."""
    extents = [patch.get_bbox() for patch in ax.patches]
    return np.array([(box.x0, box.y0, box.x1, box.y1) for box in extents]).reshape(-1, 4)


def drawn_colours(ax):
    """The colour of every box."""
    return [patch.get_edgecolor() for patch in ax.patches]


def drawn_edges(ax, colour=None):
    """(S, 2, 2): the ends of every outline's edge, or of those in one colour."""
    edges = np.empty((0, 2, 2))
    for lines in ax.collections:
        if isinstance(lines, LineCollection):
            own = [colour is None or to_hex(each).upper() == colour for each in lines.get_colors()]
            edges = np.concatenate([edges, np.array(lines.get_segments()).reshape(-1, 2, 2)[own]])
    return edges


def drawn_points(ax):
    """(M, 2): every point."""
    offsets = [dots.get_offsets() for dots in ax.collections if isinstance(dots, PathCollection)]
    return np.concatenate([np.empty((0, 2)), *offsets])


def enclosed(edges, H, W):
    """(H, W) bool: the cells that an odd number of edges parts from the left of the map; and from its top."""
    left, top = np.zeros((H, W + 1), int), np.zeros((H + 1, W), int)
    for (x1, y1), (x2, y2) in edges.astype(int):
        assert abs(x2 - x1) + abs(y2 - y1) == 1, "an edge is as long as a cell"
        if x1 == x2:
            left[min(y1, y2), x1] += 1
        else:
            top[y1, min(x1, x2)] += 1
    by_rows, by_columns = left.cumsum(axis=1)[:, :-1] % 2 == 1, top.cumsum(axis=0)[:-1] % 2 == 1
    assert (by_rows == by_columns).all()
    return by_rows
