"""tinyconv.page.places: what is drawn on a map is what the metadata say of it."""

import numpy as np
from hypothesis import given
from strategies_plot import annotated_maps
from test_page_store import decoded

from tinyconv.metadata import Mask, Points, attach
from tinyconv.page.places import objects, placed
from tinyconv.page.store import Store
from tinyconv.plot.style import WHOLE_IMAGE, object_colour


@given(annotated_maps())
def test_every_kind_lies_where_the_metadata_say(case):
    _, metadata = case
    store = Store()
    told = placed(metadata, store)
    for kind in told["kinds"]:
        value = metadata[kind["key"]]
        assert len(kind["colours"]) == len(value)
        if isinstance(value, Mask):
            np.testing.assert_array_equal(decoded(store.entries, kind["array"]), np.asarray(value).ravel())
        elif isinstance(value, Points):
            np.testing.assert_array_equal(np.array(kind["rows"]).reshape(value.xy.shape), value.xy)
        else:
            np.testing.assert_array_equal(np.array(kind["rows"]).reshape(-1, 4), value.xyxy)
            assert kind["shown"] == [status != "outside" for status in value.status]


@given(annotated_maps())
def test_the_cells_that_touch_an_object_are_those_where_who_names_it(case):
    y, metadata = case
    told = placed(metadata, Store())["touch"]
    if told is None or told["rows"] is None:
        return
    H, W = y.shape[2:]
    for row in range(H):
        for col in range(W):
            touched = [
                number
                for number, cells in enumerate(told["rows"])
                if any(x1 <= col < x2 and y1 <= row < y2 for x1, y1, x2, y2 in cells)
            ]
            assert touched == metadata.who(row, col).tolist()


def test_objects_have_their_label_or_their_number_and_the_plots_colour():
    metadata = attach({"boxes": [[0, 0, 1, 1], [1, 1, 2, 2]], "labels": ["<b>", 7]}, (1, 1, 4, 4), "test")
    assert objects(metadata) == [
        {"name": "<b>", "colour": object_colour(0)},
        {"name": "7", "colour": object_colour(1)},
    ]
    assert objects(None) == []


def test_a_region_of_the_whole_image_is_no_object():
    region = {"boxes": [[0, 0, 1, 1], [1, 1, 2, 2]], "mask": np.ones((4, 4), bool)}
    kinds = placed(attach(region, (1, 1, 4, 4), "test"), Store())["kinds"]
    assert [kind["colours"] for kind in kinds] == [[object_colour(0), object_colour(1)], [WHOLE_IMAGE]]


def test_where_places_have_ended_nothing_is_drawn():
    metadata = attach({"boxes": [[0, 0, 1, 1]]}, (1, 1, 4, 4), "test").ended("flatten", "it mixes")
    assert placed(metadata, Store()) == {"kinds": [], "labels": [], "outside": 0, "touch": None}
