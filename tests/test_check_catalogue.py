"""tinyconv.check.mistakes: every mistake is caught, named, and told apart from its neighbours."""

import math

import numpy as np
import pytest
from strategies_check import examined, options

from tinyconv import check
from tinyconv.check.diagnosis import _alike, outcome
from tinyconv.check.drawing import trials
from tinyconv.check.mistakes import CATALOGUE
from tinyconv.check.parts import PARTS

MISTAKES = [mistake for known in CATALOGUE.values() for mistake in known.values()]
WAYS = [(each, wrong) for each in MISTAKES for wrong in (each.wrong, *each.also)]


def names(cases):
    return [f"{mistake.part}-{mistake.name}" for mistake in cases]


def test_the_catalogue_is_large_and_knows_every_part():
    assert len(MISTAKES) >= 40
    assert all(CATALOGUE[name] for name in PARTS)


@pytest.mark.parametrize(("mistake", "wrong"), WAYS, ids=names(mistake for mistake, _ in WAYS))
def test_every_mistake_is_caught_and_named(mistake, wrong):
    report = examined(mistake.part, mistake._replace(wrong=wrong).function())
    assert not report.passed
    assert report.diagnosis == mistake.name
    assert report.share < 1


@pytest.mark.parametrize("name", PARTS)
def test_every_mistake_is_told_apart_from_every_other_of_its_part(name):
    part, cases = PARTS[name], trials(name, options(name), 0)
    made = {
        each.name: [outcome(each.wrong, part, trial) for trial in cases] for each in CATALOGUE[name].values()
    }
    keys = list(made)
    for number, one in enumerate(keys):
        for other in keys[number + 1 :]:
            assert not all(map(alike, made[one], made[other], cases)), f"{one} and {other} are the same"


def alike(one, other, trial):
    """Whether two outcomes are the same, on all outputs and on the input."""
    (made, changed), (made_too, changed_too) = one, other
    arrays = {name: np.asarray(value) for name, value in made.items()}
    same = [_alike(arrays.get(name), made_too.get(name), right) for name, right in trial.expected.items()]
    return changed == changed_too and all(same)


@pytest.mark.parametrize("mistake", MISTAKES, ids=names(MISTAKES))
def test_a_hint_is_a_question_or_a_task_and_does_not_repeat_the_cause(mistake):
    assert mistake.cause.rstrip(")").endswith(".")
    assert mistake.hint.endswith(("?", "."))
    assert mistake.hint not in mistake.cause
    assert mistake.title == mistake.name.replace("_", " ")


@pytest.mark.parametrize("name", PARTS)
def test_the_smallest_case_of_a_mistake_is_small(name):
    mistake = next(iter(CATALOGUE[name].values()))
    report = getattr(check, name)(mistake.function())
    assert report.diagnosis == mistake.name
    arrays = [value for value in report.case.values() if isinstance(value, np.ndarray)]
    assert sum(array.size for array in arrays) <= 14
    assert all(abs(array).max() <= 4 for array in arrays)
    assert all(float(number).is_integer() or abs(number) == 0.5 for array in arrays for number in array.flat)


def test_two_mistakes_in_one_function_get_two_names():
    averaged, last = (
        CATALOGUE["conv2d_backward"][name]
        for name in ("bias_gradient_averaged", "weight_gradient_of_last_image")
    )

    def conv2d_backward(dy, x, weight, bias, stride, padding):
        arguments = dy, x, weight, bias, stride, padding
        return (*last.function()(*arguments)[:2], averaged.function()(*arguments)[2])

    report = examined("conv2d_backward", conv2d_backward)
    assert [mistake.name for mistake in report.diagnoses] == [last.name, averaged.name]
    assert 0 < report.share < 1


def test_a_mistake_is_planted_as_a_function_with_the_part_s_arguments():
    planted = CATALOGUE["max_pool2d_forward"]["padded_with_zeros"].function()
    x = np.full((1, 1, 2, 2), -1.0)
    np.testing.assert_array_equal(planted(x, 2, stride=2, padding=1), np.zeros((1, 1, 2, 2)))
    np.testing.assert_array_equal(planted(x, (2, 2), (2, 2)), [[[[-1.0]]]])
    assert math.isclose(planted(x, 1, 1)[0, 0, 0, 0], -1)
