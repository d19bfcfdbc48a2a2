"""Which objects a cell sees, whatever kind they are of."""

import numpy as np

from tinyconv.geometry import Window
from tinyconv.inspection.sight import sight_of
from tinyconv.metadata import attach

POOL = Window.of("pool", 4, stride=4)


def seen(annotation, cell=(0, 0), ended=False):
    image = attach(annotation, (1, 1, 8, 8), "test")
    carried = image.through("pool", POOL, 2, 2)
    return sight_of(cell, image, carried.ended("flat", "it mixes") if ended else carried)


def test_masks_and_points_are_seen_by_their_pixels():
    mask = np.zeros((8, 8), int)
    mask[1, 1], mask[2, 2:6], mask[7, 7] = 1, 2, 3
    by_mask = seen({"mask": mask, "labels": [5, 6, 7]})
    assert (by_mask.touched.tolist(), by_mask.inside.tolist(), by_mask.labels) == ([0, 1], [0], ("5", "6"))
    by_point = seen({"points": [[3.9, 0], [4, 0]]})
    assert (by_point.touched.tolist(), by_point.inside.tolist(), by_point.labels) == ([0], [0], ())


def test_keypoints_lie_inside_only_with_all_of_them():
    found = seen({"keypoints": [[[1, 1], [3, 3]], [[1, 1], [4, 3]], [[4, 4], [5, 5]]]})
    assert (found.touched.tolist(), found.inside.tolist()) == ([0, 1], [0])


def test_what_is_said_of_the_image_as_a_whole_is_said_of_every_patch():
    assert seen({"class": "cat"}).labels == ("cat",)
    assert seen({"class": "cat"}).touched.tolist() == []
    assert seen({"class": "cat", "boxes": [[6, 6, 8, 8]]}).labels == ()


def test_a_cell_without_a_place_sees_everything():
    annotation = {"boxes": [[0, 0, 2, 2], [6, 6, 8, 8]], "names": ["a", "b"]}
    for found in (seen(annotation, None), seen(annotation, ended=True)):
        assert found.xyxy == found.window == (0, 0, 8, 8)
        assert found.touched.tolist() == found.inside.tolist() == [0, 1]
        assert found.labels == ("a", "b")
