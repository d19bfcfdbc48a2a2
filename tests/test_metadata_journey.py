import pickle

import pytest
from hypothesis import given
from strategies_metadata import stacks

from tinyconv.geometry import View, Window
from tinyconv.metadata.journey import GeometryEnded, Journey, Step
from tinyconv.shapes import ShapeError

POOL = Window.of("pool", 2, 2)


@given(stacks())
def test_the_journey_is_retraced_from_its_history(stack):
    journeys = [Journey.over(stack.H, stack.W)]
    for number, (window, size) in enumerate(zip(stack.windows, stack.sizes, strict=True)):
        journeys.append(journeys[-1].through(f"conv{number}", window, size))
    last = journeys[-1].ended("flatten", "it is flat")
    assert last.view is None
    for journey in journeys:
        assert last.at(journey.history[-1].name) == journey
    assert journeys[-1].view == stack.view


def test_the_history_says_which_layer_did_what():
    journey = (
        Journey.over(4, 6).through("pool1", POOL, (2, 3)).through("relu1").ended("flatten", "it is flat")
    )
    assert journey.history == (
        Step("input", None, (4, 6), None),
        Step("pool1", POOL, (2, 3), None),
        Step("relu1", None, (2, 3), None),
        Step("flatten", None, None, "it is flat"),
    )


def test_a_name_met_twice_is_the_last_one():
    journey = Journey.over(8, 8).through("pool", POOL, (4, 4)).through("pool", POOL, (2, 2))
    assert journey.at("pool").view.size == (2, 2)


def test_an_unknown_name_lists_the_names():
    with pytest.raises(ShapeError, match=r"at: layer_name \(='conv9'\) must be one of input, pool"):
        Journey.over(8, 8).through("pool", POOL, (4, 4)).at("conv9")


def test_the_error_behind_the_end_names_layer_reason_and_remedy():
    journey = Journey.over(8, 8).through("pool1", POOL, (4, 4)).ended("flatten", "it is flat")
    journey = journey.through("relu").ended("linear", "it is a sum")
    with pytest.raises(GeometryEnded) as caught:
        journey.place("['boxes']")
    assert str(caught.value) == (
        "metadata['boxes']: places ended at flatten, because it is flat; "
        "metadata.at(\"pool1\")['boxes'] still works"
    )
    assert isinstance(caught.value, ValueError)
    assert not isinstance(caught.value, KeyError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_the_remedy_names_no_layer_that_comes_again_behind_the_end():
    journey = Journey.over(8, 8).through("pool", POOL, (4, 4)).through("ReLU")
    journey = journey.ended("Flatten", "it is flat").through("ReLU")
    with pytest.raises(GeometryEnded, match=r'metadata.at\("pool"\).view still works'):
        journey.place(".view")
    assert isinstance(journey.at("pool").place(".view"), View)


def test_an_input_without_places_says_what_it_takes():
    journey = Journey.nowhere("x (shape=(2, 5)) has no rows and columns")
    with pytest.raises(GeometryEnded, match=r"ended at input, because x .* the shape \(N, C, H, W\)"):
        journey.place("['boxes']")


def test_places_do_not_come_back_behind_the_end():
    journey = Journey.over(8, 8).ended("flatten", "it is flat").through("pool", POOL, (2, 2))
    assert journey.view is None
    assert journey.at("pool").view is None
    assert journey.at("input").view.size == (8, 8)
