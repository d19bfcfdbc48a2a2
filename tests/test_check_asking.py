"""tinyconv.check.asking, signature, drawing, answer: how a function is called, and what comes back."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_check import options

from tinyconv import check
from tinyconv.check.answer import Answer, Value, decode, encode
from tinyconv.check.asking import Unsuited, understand
from tinyconv.check.drawing import trials
from tinyconv.check.part import PAIRS
from tinyconv.check.parts import PARTS, part_named
from tinyconv.check.shrinking import smallest
from tinyconv.check.signature import from_plain, signature_of
from tinyconv.check.verdict import close
from tinyconv.shapes import ShapeError


def wants(part, function, **more):
    return understand(PARTS[part], signature_of(function), **more)


def test_the_style_is_told_by_the_parameters():
    assert wants("conv2d_forward", lambda x, w, b, conv_param: 0).style == "course"
    assert wants("conv2d_forward", lambda x, w, b, stride, pad: 0).style == "functional"
    assert wants("conv2d_backward", lambda dout, cache: 0).style == "course"
    assert wants("conv2d_backward", lambda dy, cache: 0).style == "cached"
    assert wants("film_backward", lambda dout, cache: 0).style == "cached"
    assert wants("conv2d_backward", lambda dout, x, w, stride, pad: 0).style == "functional"
    assert wants("conv2d_backward", lambda dy, cache: 0, style="course").style == "course"

    def affine_forward(x, w, b): ...

    def linear_forward(x, w, b): ...

    assert wants("linear_forward", affine_forward).style == "course"
    assert wants("linear_forward", linear_forward).style == "functional"


def test_a_function_is_asked_only_for_what_it_takes():
    plain = wants("conv2d_forward", lambda x, weight, bias, stride, padding: 0).options
    assert plain == {"x", "weight", "bias", "stride", "padding", "pairs"}
    whole = wants("conv2d_forward", lambda x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1: 0)
    assert {"dilation", "groups", "no bias"} <= whole.options

    def ints(x, weight, bias, stride: int, padding: int): ...

    assert "pairs" not in wants("conv2d_forward", ints).options
    assert wants("conv2d_forward", lambda **everything: 0).options >= {"dilation", "groups"}


def test_parameters_with_other_names_are_taken_by_their_place():
    ask = wants("conv2d_forward", lambda image, kernel, shift, s, p: 0)
    assert [argument for *_, argument in ask.names] == ["x", "weight", "bias", "stride", "padding"]


@pytest.mark.parametrize(
    "function", [lambda: 0, lambda x: 0, lambda x, weight, bias, stride, padding, more: 0]
)
def test_a_function_that_takes_other_arguments_is_unsuited(function):
    with pytest.raises(
        Unsuited, match="it must take x, weight, bias, stride, padding, and may take dilation, groups"
    ):
        wants("conv2d_forward", function)


def test_an_unknown_part_or_style_is_refused():
    with pytest.raises(ShapeError, match="part \\(='conv3d'\\) must be one of output_size, "):
        part_named("conv3d")
    with pytest.raises(ShapeError, match="style \\(='odd'\\) must be one of functional, cached, course"):
        check.relu_forward(abs, style="odd")


def test_signatures_survive_the_way_out_of_a_child():
    def function(x, /, stride: int, *rest, padding=None, **more): ...

    signature = signature_of(function)
    assert from_plain([signature.function, [list(each) for each in signature.parameters]]) == signature
    assert str(signature) == "function(x, stride, rest, padding, more)"
    assert signature_of(functools.partial(function, 1)).names == ("stride", "rest", "padding", "more")
    with pytest.raises(ValueError, match="must be text or a truth value"):
        from_plain(["f", [[{}, "either", True, False, False]]])


@pytest.mark.parametrize("name", PARTS)
def test_the_same_seed_draws_the_same_cases_and_another_seed_others(name):
    def drawn(seed):
        trials.cache_clear()
        return [trial.case.given for trial in trials(name, options(name), seed)]

    one, again, other = drawn(1), drawn(1), drawn(2)
    assert all(map(same, one, again))
    assert not all(map(same, one, other))
    assert len(one) == 64


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", PARTS)
def test_cases_show_every_degree_of_freedom(name):
    part, cases = PARTS[name], [trial.case for trial in trials(name, options(name), 0)]
    for option in part.options + part.extras:
        assert len({getattr(case.given, option) for case in cases}) > 1, option
    pairs = [getattr(case.given, option) for case in cases for option in PAIRS if option in part.arguments]
    assert not part.arrays or not pairs or any(rows != cols for rows, cols in pairs)
    if part.arrays:
        assert {case.layout for case in cases} == {"C", "Fortran", "strided"}
    if part.arrays and name != "carry_boxes":
        dtypes = {getattr(case.given, part.arrays[0]).dtype.name for case in cases}
        assert dtypes == {"float32", "float64"}


def test_the_smallest_failure_is_found_by_size_and_then_by_number():
    conv = PARTS["conv2d_forward"]
    found = smallest(conv, options("conv2d_forward"), 0, lambda trial: trial.case.given.groups > 1)
    case = found.case.given
    assert (case.x.size, case.weight.size, case.groups) == (2, 2, 2)
    assert not case.x.any()
    assert smallest(conv, options("conv2d_forward"), 0, lambda trial: False) is None


arrays = st.sampled_from(["bool", "int64", "float32", "float64"]).flatmap(
    lambda dtype: st.lists(st.integers(0, 3), max_size=3).map(lambda shape: np.ones(shape, dtype))
)
things = arrays | st.integers() | st.floats() | st.none() | st.text() | st.just(np.array([object()]))


@given(st.lists(things, max_size=4), st.text(max_size=50))
def test_an_answer_survives_its_way_through_the_pipe(found, printed):
    answer = Answer("returned", tuple(map(Value.of, found)), printed=printed, changed=("x",))
    back = decode(encode(answer))
    assert (back.kind, back.printed, back.changed) == ("returned", printed, ("x",))
    for sent, came in zip(answer.values, back.values, strict=True):
        assert sent[:3] == came[:3]
        assert (sent.array is None) == (came.array is None)
        assert sent.array is None or np.array_equal(
            sent.array, came.array, equal_nan=sent.array.dtype.kind == "f"
        )


@given(st.binary() | st.text().map(str.encode))
def test_bytes_that_are_no_answer_are_refused_with_a_value_error(message):
    with pytest.raises(ValueError):  # noqa: PT011 — JSON's own is as good
        decode(message)


def forged(value, body):
    rest = '"error": "", "printed": "", "changed": []'
    return f'{{"kind": "returned", "values": [{value}], {rest}}}\n'.encode() + body


@pytest.mark.parametrize(
    "message",
    [
        forged('["ndarray", "float64", [9], "float64"]', b""),
        forged('["ndarray", "O", [1], "object"]', b"12345678"),
        forged('["ndarray", "", [-1], "bool"]', b"1"),
        b'{"kind": "perfect", "values": []}\n',
        b"[]\n",
        b"[" * 100_000,
    ],
)
def test_a_forged_answer_is_refused(message):
    with pytest.raises(ValueError):  # noqa: PT011
        decode(message)


def test_close_is_told_apart_from_wrong():
    assert close(np.float32([1 / 3]), np.array([1 / 3]))
    assert not close(np.array([1.0]), np.array([1.01]))
    assert not close(np.array([np.nan]), np.array([1.0]))
    assert not close(np.zeros((1, 2)), np.zeros(2))
    assert not close(None, np.zeros(2))


def test_the_seed_reaches_the_cases():
    def relu_forward(x):
        return np.maximum(x, 0) + (x == 3)

    one, other = (check.relu_forward(relu_forward, seed=seed) for seed in (0, 1))
    assert one.failed != other.failed
    assert one.text == check.relu_forward(relu_forward, seed=0).text
