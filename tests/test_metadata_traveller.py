import pytest
from hypothesis import given
from strategies_metadata import axes, carried, stacks

from tinyconv.geometry import Window
from tinyconv.metadata import GeometryEnded, attach

POOL = Window.of("pool", 2, 2)
DICT = {"bbox": [2, 2, 6, 6], "class": "cat"}


def both(N=2):
    return attach(DICT, (1, 3, 8, 8), "test"), attach([DICT] * N, (N, 3, 8, 8), "test")


@pytest.mark.parametrize("metadata", both(), ids=["Metadata", "MetadataBatch"])
def test_a_step_returns_a_new_one_and_changes_none(metadata):
    pooled = metadata.through("pool1", POOL, 4, 4)
    ended = pooled.through("relu1").ended("flatten", "it is flat")
    assert type(pooled) is type(ended) is type(metadata)
    assert metadata.view.size == (8, 8)
    assert pooled.view.size == (4, 4)
    assert [step.name for step in ended.history] == ["input", "pool1", "relu1", "flatten"]
    assert ended.history[1] == ("pool1", POOL, (4, 4), None)
    assert ended.history[3] == ("flatten", None, None, "it is flat")


@pytest.mark.parametrize("metadata", both(), ids=["Metadata", "MetadataBatch"])
def test_places_end_for_the_view_and_can_be_had_before(metadata):
    ended = metadata.through("pool1", POOL, 4, 4).ended("flatten", "it is flat").through("relu2")
    with pytest.raises(
        GeometryEnded, match=r'places ended at flatten.* metadata.at\("pool1"\).view still works'
    ):
        _ = ended.view
    assert ended.at("pool1").view.size == (4, 4)
    assert ended.at("input").view.size == (8, 8)
    assert ended.history[-1] == ("relu2", None, None, None)


@given(stacks(axis=axes))
def test_the_view_is_the_composition_of_the_windows(stack):
    assert carried({}, stack).view == stack.view


def test_a_repr_says_where_it_is():
    metadata, batch = both()
    pooled = metadata.through("pool1", POOL, 4, 4)
    assert repr(pooled) == (
        "Metadata({'bbox': Boxes([1., 1., 3., 3.], canvas=(4, 4)), 'class': 'cat'}, behind pool1, 4×4 cells)"
    )
    assert (
        repr(pooled.ended("flatten", "flat")) == "Metadata({'class': 'cat'}, behind flatten, without places)"
    )
    assert repr(batch) == "MetadataBatch(2 images, behind input, 8×8 cells)"
