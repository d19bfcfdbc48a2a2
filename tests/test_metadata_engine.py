"""The proof by the engine itself: what metadata says about places is what the kernels do with pixels."""

from typing import NamedTuple

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import both, int_or_pair

from tinyconv import Conv2d, MaxPool2d, ReLU, Sequential, ShapeError
from tinyconv.layers import Layer


class Stack(NamedTuple):
    """A network with positive weights, the size of its images, and whether no window has holes."""

    network: Sequential
    size: tuple[int, int]
    is_dense: bool


def positive_conv(kernel_size, **options):
    layer = Conv2d(1, 1, kernel_size, bias=False, dtype=np.float64, **options)
    layer.weight[:] = np.random.default_rng(0).uniform(0.5, 1.5, layer.weight.shape)
    return layer


@st.composite
def layers(draw):
    """Draw a convolution or a pool with every freedom that its window has."""
    kernel, stride, dilation = draw(int_or_pair(1, 3)), draw(int_or_pair(1, 3)), draw(int_or_pair(1, 2))
    if draw(st.booleans()):
        side = st.tuples(st.integers(0, 3), st.integers(0, 3))
        padding = draw(int_or_pair(0, 2) | st.tuples(side, side))
        return positive_conv(kernel, stride=stride, padding=padding, dilation=dilation)
    padding = tuple(draw(st.integers(0, k // 2)) for k in both(kernel))
    return MaxPool2d(kernel, draw(st.none() | st.just(stride)), padding, dilation, draw(st.booleans()))


def is_dense(layer: Layer) -> bool:
    return all(axis.dilation == 1 and axis.stride <= axis.kernel for axis in layer.window[:2])


@st.composite
def stacks(draw, largest=16):
    """Draw a size and one to four layers; one that does not fit behind the others is left out."""
    size = shape = draw(st.integers(3, largest)), draw(st.integers(3, largest))
    chain = []
    for layer in draw(st.lists(layers(), min_size=1, max_size=4)):
        try:
            shape = layer.window.output_size("test", *shape)
        except ShapeError:
            continue
        chain.append(layer)
        if draw(st.booleans()):
            chain.append(ReLU())
    assume(chain)
    return Stack(Sequential(*chain), size, all(is_dense(layer) for layer in chain if layer.window))


@st.composite
def boxes(draw, size):
    """Draw a box on or partly off the canvas, on edges of pixels or between them."""
    H, W = size
    edges = [sorted(draw(st.integers(-8, 4 * n + 8)) / 4 for _ in range(2)) for n in (W, H)]
    (x1, x2), (y1, y2) = edges
    assume(x1 < x2 and y1 < y2)
    return [x1, y1, x2, y2]


def light(size, box):
    """Return an image whose pixels are 1 where they share area with the box, else 0."""
    image = np.zeros((1, 1, *size))
    x1, y1, x2, y2 = (max(0, int(edge)) for edge in (*np.floor(box[:2]), *np.ceil(box[2:])))
    image[0, 0, y1:y2, x1:x2] = 1
    return image


@given(st.data(), stacks())
def test_every_lit_cell_lies_in_the_cells_that_touch_the_box(data, stack):
    box = data.draw(boxes(stack.size))
    blob = light(stack.size, box)
    y, metadata = stack.network(blob, {"bbox": box})
    x1, y1, x2, y2 = metadata.cells("bbox", rule="touch")[0]
    predicted = np.zeros(y.shape[2:], bool)
    predicted[y1:y2, x1:x2] = True
    lit = y[0, 0] > 0
    assert not (lit & ~predicted).any()
    if stack.is_dense:
        np.testing.assert_array_equal(lit, predicted)


@given(st.data(), stacks())
def test_a_cell_inside_the_box_sees_nothing_else(data, stack):
    box = data.draw(boxes(stack.size))
    y, metadata = stack.network(1 - light(stack.size, box), {"bbox": box})
    x1, y1, x2, y2 = metadata.cells("bbox", rule="inside")[0]
    assert not (y[0, 0, y1:y2, x1:x2] > 0).any()


@given(st.data(), stacks(largest=9))
def test_the_gradient_of_a_cell_fills_what_the_cell_sees(data, stack):
    """One image per pixel, which is lit: so the gradient finds its way back through every pool."""
    H, W = stack.size
    images = np.eye(H * W).reshape(H * W, 1, H, W)
    y, metadata, cache = stack.network.forward(images, [{}] * (H * W))
    row, col = (data.draw(st.integers(0, n - 1)) for n in y.shape[2:])
    dy = np.zeros_like(y)
    dy[:, :, row, col] = 1
    dx, _ = stack.network.backward(dy, cache)
    x1, y1, x2, y2 = metadata[0].where(row, col)
    sees = np.zeros((H, W), bool)
    sees[y1:y2, x1:x2] = True
    support = (dx != 0).any(axis=(0, 1))
    assert not (support & ~sees).any()
    if stack.is_dense:
        np.testing.assert_array_equal(support, sees)


@given(stacks())
def test_who_is_in_a_cell_is_whose_cells_hold_it(stack):
    """Two ways to ask the same question: by the cell, and by the object."""
    H, W = stack.size
    objects = [[0, 0, W / 2, H / 2], [W / 3, H / 3, W, H], [W + 1, 0, W + 3, 2]]
    y, metadata = stack.network(np.zeros((1, 1, H, W)), {"boxes": objects})
    cells = metadata.cells("boxes", rule="touch")
    for row, col in np.ndindex(y.shape[2:]):
        x1, y1, x2, y2 = cells.T
        held = np.flatnonzero((x1 <= col) & (col < x2) & (y1 <= row) & (row < y2))
        np.testing.assert_array_equal(metadata.who(row, col), held)


def test_the_example_of_the_first_page():
    """A box and a label go in; after stride 2, the box is half as large and the label still there."""
    mine = {"bbox": [10, 10, 20, 20], "class": "cat"}
    _, metadata = Sequential(Conv2d(3, 4, 3, padding=1), MaxPool2d(2))(
        np.zeros((1, 3, 32, 32), np.float32), mine
    )
    np.testing.assert_array_equal(np.asarray(metadata["bbox"]), [5, 5, 10, 10])
    assert metadata["class"] == "cat"
    assert dict(metadata).keys() == mine.keys()
    assert mine == {"bbox": [10, 10, 20, 20], "class": "cat"}
    assert metadata.original["bbox"] is mine["bbox"]
