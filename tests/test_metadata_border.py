import numpy as np
import pytest

from tinyconv.geometry import Window
from tinyconv.metadata import GeometryEnded, Metadata, MetadataBatch, attach
from tinyconv.shapes import DTypeError, ShapeError

CAT = {"bbox": [2, 2, 6, 6], "class": "cat"}
POOL = Window.of("pool", 2, 2)


def test_none_in_none_out():
    assert attach(None, (4, 3, 8, 8), "conv2d") is None


def test_a_dict_becomes_metadata_and_a_list_a_batch():
    assert isinstance(attach(CAT, (1, 3, 8, 8), "conv2d"), Metadata)
    assert isinstance(attach([CAT], (1, 3, 8, 8), "conv2d"), MetadataBatch)
    assert isinstance(attach((CAT, {}), (2, 3, 8, 8), "conv2d"), MetadataBatch)
    assert len(attach([], (0, 3, 8, 8), "conv2d")) == 0


def test_what_another_layer_returned_comes_back_as_it_is():
    for metadata in (attach(CAT, (1, 3, 8, 8), "conv2d"), attach([CAT], (1, 3, 8, 8), "conv2d")):
        pooled = metadata.through("pool1", POOL, 4, 4)
        assert attach(pooled, (1, 5, 4, 4), "conv2d") is pooled
        ended = pooled.ended("flatten", "it is flat")
        assert attach(ended, (1, 80), "linear") is ended
        assert attach(ended, (1, 5, 2, 2), "conv2d") is ended


def test_a_list_of_metadata_of_one_layer_is_its_batch():
    batch = attach([CAT, {"class": "dog"}], (2, 3, 8, 8), "conv2d").through("pool1", POOL, 4, 4)
    again = attach([batch[1], batch[0]], (2, 3, 4, 4), "conv2d")
    assert isinstance(again, MetadataBatch)
    assert list(again) == [batch[1], batch[0]]
    assert again.history == batch.history
    for mixed in ([batch[0], batch[1].at("input")], [batch[0], CAT], [CAT, batch[0]]):
        with pytest.raises(ShapeError, match="must hold plain dicts, or Metadata of one and the same layer"):
            attach(mixed, (2, 3, 4, 4), "conv2d")


@pytest.mark.parametrize("x_shape", [(2, 60), (2, 3, 8), (2, 3, 8, 8, 8)])
def test_places_end_at_once_where_x_has_no_rows_and_columns(x_shape):
    fresh = attach([CAT, CAT], x_shape, "linear")
    attached = attach(attach([CAT, CAT], (2, 3, 8, 8), "conv2d"), x_shape, "linear")
    for metadata in (fresh, attached):
        assert metadata[0]["class"] == "cat"
        with pytest.raises(GeometryEnded, match=r"because x \(shape=.*\) has no rows and columns"):
            metadata[0]["bbox"]
    assert attached.at("input")[0]["bbox"] is not None


@pytest.mark.parametrize(
    ("metadata", "x_shape", "error", "message"),
    [
        ([CAT] * 3, (4, 3, 8, 8), ShapeError, r"conv2d: metadata \(3 dicts\) must hold one dict .* N = 4"),
        (CAT, (4, 3, 8, 8), ShapeError, r"conv2d: metadata \(one dict\) .* N = 4: pass a list of 4 dicts"),
        (CAT, (0, 3, 8, 8), ShapeError, r"conv2d: metadata \(one dict\) .* N = 0"),
        (attach(CAT, (1, 3, 8, 8), ""), (2, 3, 8, 8), ShapeError, r"pass a list of 2 dicts"),
        (attach([CAT], (1, 3, 8, 8), ""), (2, 3, 8, 8), ShapeError, r"metadata \(1 dicts\)"),
        (
            attach(CAT, (1, 3, 8, 8), "").through("pool1", POOL, 4, 4),
            (1, 3, 4, 5),
            ShapeError,
            r"conv2d: metadata \(behind pool1, \(H, W\) = \(4, 4\)\) must fit x \(shape=\(1, 3, 4, 5\)\)",
        ),
        ("cat", (3, 3, 8, 8), DTypeError, r"conv2d: metadata \(a str\) must be None, a dict, or a list"),
        (7, (1, 3, 8, 8), DTypeError, r"conv2d: metadata \(a int\)"),
        (iter([CAT]), (1, 3, 8, 8), DTypeError, r"conv2d: metadata \(a list_iterator\)"),
        ([CAT, "cat"], (2, 3, 8, 8), DTypeError, r"conv2d: metadata \(image 1: str\) must be a dict"),
        (
            [CAT, {"boxes": [[0, 0, 1, 1], [10, 10, 5, 20]]}],
            (2, 3, 8, 8),
            ShapeError,
            r"metadata: boxes \(row 1 of image 1\) = \[10, 10, 5, 20\] must have x2 >= x1",
        ),
        (
            {"mask": np.ones((4, 4), int)},
            (1, 3, 8, 8),
            ShapeError,
            r"metadata: mask \(canvas=\(4, 4\), image 0\) must fit the image's \(H, W\) = \(8, 8\)",
        ),
        (CAT, (), ShapeError, r"conv2d: x \(shape=\(\)\) must have N as its first axis"),
    ],
)
def test_what_does_not_fit_is_refused(metadata, x_shape, error, message):
    with pytest.raises(error, match=message):
        attach(metadata, x_shape, "conv2d")


def test_bad_boxes_are_refused_even_where_places_have_ended():
    with pytest.raises(ShapeError, match=r"metadata: bbox \(row 0 of image 0\)"):
        attach({"bbox": [3, 3, 2, 2]}, (1, 60), "linear")
