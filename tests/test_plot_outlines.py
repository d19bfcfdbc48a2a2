import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies_metadata import instance_masks
from strategies_plot import enclosed

from tinyconv.plot.outlines import outlines

masks = st.tuples(st.integers(1, 7), st.integers(1, 7)).flatmap(lambda size: instance_masks(*size))


@given(masks)
def test_the_edges_of_an_object_enclose_exactly_its_cells(mask):
    edges, ids = outlines(mask)
    for number in range(1, int(mask.max()) + 1):
        assert (enclosed(edges[ids == number], *mask.shape) == (mask == number)).all()


@given(masks)
def test_no_edge_is_drawn_twice_and_none_belongs_to_the_background(mask):
    edges, ids = outlines(mask)
    assert len({(*edge.ravel(), number) for edge, number in zip(edges, ids, strict=True)}) == len(ids)
    assert (ids > 0).all()


def test_a_mask_without_an_object_has_no_edge():
    edges, ids = outlines(np.zeros((3, 4), np.int32))
    assert edges.shape == (0, 2, 2)
    assert ids.shape == (0,)


def test_two_objects_that_touch_have_an_edge_each_between_them():
    edges, ids = outlines(np.array([[1, 2]]))
    between = [number for edge, number in zip(edges, ids, strict=True) if (edge[:, 0] == 1).all()]
    assert sorted(between) == [1, 2]
