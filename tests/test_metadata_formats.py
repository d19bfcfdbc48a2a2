import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_metadata import box_arrays

from tinyconv.metadata.formats import FORMATS

canvases = st.tuples(st.integers(1, 50), st.integers(1, 50))


@given(box_arrays(), canvases, st.sampled_from(sorted(FORMATS)))
def test_every_format_goes_round_trip(xyxy, canvas, name):
    to_edges, from_edges, *_ = FORMATS[name]
    np.testing.assert_allclose(to_edges(from_edges(xyxy, canvas), canvas), xyxy, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("xyxy", [10, 20, 30, 60]),
        ("xywh", [10, 20, 20, 40]),
        ("cxcywh", [20, 40, 20, 40]),
        ("yolo", [0.1, 0.4, 0.1, 0.4]),  # on a canvas of 100 rows and 200 columns
        ("inclusive", [10, 20, 29, 59]),
    ],
)
def test_a_format_writes_what_its_users_write(name, written):
    box, canvas = np.array([[10.0, 20.0, 30.0, 60.0]]), (100, 200)
    assert FORMATS[name].from_edges(box, canvas).tolist() == [written]
    assert FORMATS[name].to_edges(np.array([written], float), canvas).tolist() == box.tolist()


def test_only_yolo_needs_the_canvas():
    assert [name for name, way in FORMATS.items() if way.needs_canvas] == ["yolo"]
