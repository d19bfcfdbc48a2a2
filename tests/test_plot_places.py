import numpy as np
from hypothesis import given
from matplotlib.colors import to_hex
from strategies_plot import annotated_maps, blank_axes, drawn_colours

from tinyconv.metadata import Boxes, attach
from tinyconv.plot.places import Places
from tinyconv.plot.style import WHOLE_IMAGE, Pen, object_colour

SHAPE = (1, 1, 8, 8)
TWO = [[1, 1, 3, 3], [4, 4, 6, 7]]


def places_of(**metadata):
    return Places.of(attach(metadata, SHAPE, "test"))


def labels_on(places, inches=5):
    ax = blank_axes()
    places.draw(ax, Pen.of(inches, places.objects))
    return [
        (text.get_text(), *text.get_position(), to_hex(text.get_bbox_patch().get_facecolor()))
        for text in ax.texts
    ]


@given(annotated_maps())
def test_the_objects_outside_are_those_of_which_no_kind_shows_anything(case):
    _, metadata = case
    places = Places.of(metadata)
    kinds = list(places.spatial.values())
    lost = [
        all(kind.status[row] == "outside" for kind in kinds if row < len(kind))
        for row in range(places.objects)
    ]
    if all(len(kind) == places.objects or len(kind) != 1 for kind in kinds):
        assert places.outside == sum(lost)


def test_an_object_has_one_colour_whatever_shows_it():
    mask = np.zeros((8, 8), int)
    mask[1:3, 1:3], mask[4:7, 4:6] = 1, 2
    ax = blank_axes()
    places_of(boxes=TWO, mask=mask, points=[[2, 2], [5, 5]], labels=["a", "b"]).draw(ax, Pen.of(5, 2))
    expected = {object_colour(0).lower(), object_colour(1).lower()}
    assert [to_hex(colour) for colour in drawn_colours(ax)] == [
        object_colour(0).lower(),
        object_colour(1).lower(),
    ]
    lines, dots = sorted(ax.collections, key=lambda artist: artist.get_zorder())
    assert {to_hex(colour) for colour in lines.get_colors()} == expected
    assert [to_hex(colour) for colour in dots.get_facecolors()] == [to_hex(c) for c in drawn_colours(ax)]
    assert {to_hex(text.get_bbox_patch().get_facecolor()) for text in ax.texts} == expected


def test_labels_stand_at_the_corners_of_their_boxes():
    assert labels_on(places_of(boxes=TWO, labels=[7, 2])) == [
        ("7", 1, 1, object_colour(0).lower()),
        ("2", 4, 4, object_colour(1).lower()),
    ]


def test_one_object_takes_a_plain_label():
    assert [text for text, *_ in labels_on(places_of(bbox=[1, 1, 3, 3], **{"class": "cat"}))] == ["cat"]


def test_the_first_list_of_labels_that_has_one_item_per_object_is_taken():
    assert places_of(boxes=TWO, labels=[1, 2, 3], names=["ant", "bee"]).labels == ("ant", "bee")
    assert places_of(boxes=TWO, labels=np.array([3, 4]), names=["ant", "bee"]).labels == ("3", "4")
    assert places_of(boxes=TWO, **{"class": "cat"}).labels == ()


def test_an_object_without_a_box_on_the_map_is_labelled_at_its_mask():
    mask = np.zeros((8, 8), int)
    mask[2, 5] = 1
    assert labels_on(places_of(boxes=[[20, 20, 22, 22]], mask=mask, labels=["far"]))[0][:3] == ("far", 5, 2)


def test_an_object_that_is_nowhere_on_the_map_has_no_label():
    places = places_of(boxes=[[20, 20, 22, 22], [1, 1, 2, 2]], labels=["far", "near"])
    assert [text for text, *_ in labels_on(places)] == ["near"]
    assert places.outside == 1


def test_a_crowd_has_no_labels_on_a_small_map():
    places = places_of(boxes=TWO * 10, labels=["a"] * 20)
    assert labels_on(places, inches=1) == []
    assert len(labels_on(places)) == 20


def test_a_region_of_the_whole_image_has_the_colour_of_no_object():
    region = np.ones((8, 8), bool)
    ax = blank_axes()
    places = places_of(boxes=[[20, 20, 22, 22], [1, 1, 2, 2]], mask=region)
    places.draw(ax, Pen.of(5, 2))
    assert to_hex(ax.collections[0].get_colors()[0]).upper() == WHOLE_IMAGE
    assert places.outside == 1


def test_an_instance_mask_that_shows_one_of_many_objects_has_that_ones_colour():
    ax = blank_axes()
    places_of(boxes=TWO, mask=np.eye(8, dtype=int)).draw(ax, Pen.of(5, 2))
    assert {to_hex(colour) for colour in ax.collections[0].get_colors()} == {object_colour(0).lower()}


def test_any_key_that_has_a_place_is_drawn():
    ax = blank_axes()
    places_of(anchors=Boxes([[1, 1, 2, 2]])).draw(ax, Pen.of(5, 1))
    assert len(ax.patches) == 1


def test_without_metadata_or_places_nothing_is_drawn():
    ended = attach({"boxes": TWO, "labels": [1, 2]}, SHAPE, "test").ended("flatten", "a reason")
    for places in (Places.of(None), Places.of(ended)):
        ax = blank_axes()
        places.draw(ax, Pen.of(5, 1))
        assert places.outside == len(ax.get_children()) - len(blank_axes().get_children()) == 0
