"""tinyconv.check: what a report shows, in a shell and in a notebook; and the facts where no name fits."""

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import configuration
from strategies_check import examined

from tinyconv import check
from tinyconv.check.drawing import no_traces
from tinyconv.check.grids import first_difference, grids, number

ROOT = Path(check.__file__).parents[2]


def test_the_smallest_case_is_shown_with_its_first_difference():
    report = check.relu_backward(lambda dy, x: dy * (x >= 0))
    assert (report.passed, bool(report), report.diagnosis) == (False, False, "gradient_at_zero")
    assert {name: value.tolist() for name, value in report.case.items()} == {"dy": [[1]], "x": [[0]]}
    assert report.expected["dx"].tolist() == [[0]]
    assert report.got["dx"].tolist() == [[1]]
    assert "▶1" in report.text
    assert str(report) == repr(report) == report.text


def test_a_right_function_s_report_is_one_line():
    report = check.relu_forward(lambda x: np.maximum(x, 0))
    assert report.text == "✓ relu_forward: right on all 64 cases"
    report.require()


def test_require_raises_with_the_whole_text():
    report = check.relu_forward(abs)
    with pytest.raises(check.CheckFailed) as caught:
        report.require()
    assert str(caught.value) == report.text
    assert "absolute value" in report.text
    assert issubclass(check.CheckFailed, AssertionError)


def test_maps_have_names_and_stand_side_by_side():
    report = check.CATALOGUE["conv2d_forward"]["channels_reversed"].function()
    text = check.conv2d_forward(report).text
    assert re.search(r"x\[0, 0\] +x\[0, 1\] +weight\[0, 0\] +weight\[0, 1\]", text)
    assert "stride=1, padding=0" in text
    assert re.search(r"expected: y\[0, 0\] +yours: y\[0, 0\]", text)


def test_an_output_that_is_right_is_not_shown_at_length():
    wrong = check.CATALOGUE["conv2d_backward"]["bias_gradient_averaged"].function()
    text = check.conv2d_backward(wrong).text
    assert "dx: right here" in text
    assert "expected: dbias" in text


def test_html_shows_tables_and_escapes_what_a_student_wrote():
    def relu_forward(x):
        raise ValueError("<script>alert(1)</script>")

    page = check.relu_forward(relu_forward)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    page = check.relu_backward(lambda dy, x: dy * (x >= 0))._repr_html_()
    assert page.count("<table") == 4  # dy, x, expected, yours
    assert page.count("outline:3px") == 1
    assert "Hint: Try an x that holds a 0." in page
    assert "rgba(" not in page, "dark letters need light paper of their own"
    assert "NaN" in examined("relu_forward", lambda x: x * np.nan)._repr_html_()


def test_html_brings_its_own_paper_for_its_own_ink():
    """In a dark notebook dark numbers on the page's own ground cannot be seen."""
    page = check.relu_backward(lambda dy, x: dy * (x >= 0))._repr_html_()
    cells = re.findall(r"<td style=\"(.*?)\"", page)
    assert len(cells) == 4
    assert all("color:#111" in cell and re.search(r"background:rgb\(\d+, \d+, \d+\)", cell) for cell in cells)


def test_expected_and_given_numbers_are_shaded_on_one_scale():
    page = check.linear_forward(lambda x, weight, bias: 100 * (x @ weight.T + bias))._repr_html_()
    shades = re.findall(r"background:(rgb\(.*?\));[^>]*>(.*?)<", page.partition("expected")[2])
    assert [number for _, number in shades] == ["1", "100"]
    assert shades[0][0] == "rgb(254, 255, 255)"  # hardly any shade: 1 of 100
    assert shades[1][0] == "rgb(154, 210, 242)"


def test_code_in_a_sentence_is_set_as_code():
    wrong = check.CATALOGUE["conv2d_backward"]["overlaps_overwritten"].function()
    assert "<code>+=</code>" in check.conv2d_backward(wrong)._repr_html_()


def test_grids_of_every_number_of_axes():
    assert [grid.name for grid in grids("x", np.zeros((2, 1, 1, 1)))] == ["x[0, 0]", "x[1, 0]"]
    assert next(grids("bias", np.array([1.0, -2.0]))).rows == [["1", "-2"]]
    assert next(grids("size", 3)).rows == [["3"]]
    assert sum(1 for _ in grids("x", np.zeros((99, 2, 2)))) == 12
    assert number(np.nan) == "nan"


def test_the_first_difference_in_reading_order():
    right = np.zeros((2, 1, 2, 2))
    got = right.copy()
    got[1, 0, 0, 1] = got[1, 0, 1, 0] = 5
    assert first_difference(got, right) == (1, 0, 0, 1)
    assert first_difference(right, right) is None
    assert first_difference(None, right) is None
    assert first_difference(got[0], right) is None


def right_conv(x, weight, bias, stride, padding):
    (SH, SW), (PH, PW) = (side if isinstance(side, tuple) else (side, side) for side in (stride, padding))
    x = np.pad(x, ((0, 0), (0, 0), (PH, PH), (PW, PW)))
    taps = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], (2, 3))[:, :, ::SH, ::SW]
    return np.einsum("nchwij,fcij->nfhw", taps, weight) + bias[:, None, None]


def wrong_with_padding(x, weight, bias, stride, padding):
    return right_conv(x, weight, bias, stride, padding) + 3 * bool(np.any(padding))


def wrong_in_the_second_image(x, weight, bias, stride, padding):
    y = right_conv(x, weight, bias, stride, padding)
    y[1:] += 1
    return y


def wrong_at_the_border(x, weight, bias, stride, padding):
    y = right_conv(x, weight, bias, stride, padding)
    y[:, :, 0] += 1
    y[:, :, -1] += 1
    return y


def wrong_in_the_last_column(x, weight, bias, stride, padding):
    y = right_conv(x, weight, bias, stride, padding)
    y[..., -1] += 1
    return y


def wrong_sign(x, weight, bias, stride, padding):
    return -right_conv(x, weight, bias, stride, padding)


def wrong_in_float32(x, weight, bias, stride, padding):
    return right_conv(x, weight, bias, stride, padding) + 7 * (x.dtype == np.float32)


def wrong_where_strided(x, weight, bias, stride, padding):
    return right_conv(x, weight, bias, stride, padding) + 7 * (max(np.ravel(stride)) > 1)


@pytest.mark.parametrize(
    ("function", "fact"),
    [
        (wrong_with_padding, "Wrong whenever there is padding, right otherwise."),
        (wrong_in_the_second_image, "Wrong whenever the batch has several images, right otherwise."),
        (wrong_in_the_second_image, "y: only images after the first are wrong."),
        (wrong_at_the_border, "y: only the border is wrong."),
        (wrong_in_the_last_column, "y: only the last column is wrong.\n"),
        (wrong_sign, "y: all signs are turned."),
        (wrong_in_float32, "Wrong whenever the arrays are float32, right otherwise."),
        (wrong_where_strided, "Wrong whenever the stride is above 1, right otherwise."),
    ],
)
def test_what_no_mistake_explains_gets_the_most_telling_facts(function, fact):
    report = examined("conv2d_forward", function)
    assert report.diagnosis is None
    assert f"  {fact}" in report.text
    assert not (function is wrong_in_the_last_column and "border" in report.text)


@pytest.mark.parametrize("name", check.PARTS)
def test_a_mistake_that_nobody_has_thought_of_is_reported_in_every_part(name):
    part = check.PARTS[name]
    arguments = [*part.arrays, *part.options]

    def named(values):
        return dict(zip(arguments, values, strict=True))

    def odd(*values):
        given = part.given(**{name: 0 for name in part.extras if name == "padding"}, **named(values))
        right = tuple(part.answers(part.right(given)).values())
        wrong = tuple(value + 17 - 40 * (np.size(given[0]) % 3) for value in right)
        return wrong if len(wrong) > 1 else wrong[0]

    namespace = {"odd": odd}
    exec(f"def function({', '.join(arguments)}): return odd({', '.join(arguments)})", namespace)
    report = examined(name, namespace["function"])
    assert (report.kind, report.diagnosis) == ("values", None)
    assert list(report.case) == [*part.arrays, *part.options]
    assert "✗" in report._repr_html_()


def test_facts_say_which_result_is_wrong():
    def film_backward(dy, x, gamma):
        return dy * gamma[..., None, None], (dy * x).sum((2, 3)), dy.sum((2, 3)) + 1

    assert "Wrong: dbeta; always right: dx, dgamma." in examined("film_backward", film_backward).text


def test_facts_of_a_pair():
    def conv2d_forward(x, weight, bias, stride, padding):
        return right_conv(x, weight, bias, stride, padding) + 5 * (len(x) > 1 and bool(np.any(padding)))

    text = examined("conv2d_forward", conv2d_forward).text
    assert "there is padding and the batch has several images" in text


def test_a_check_leaves_nothing_in_the_user_s_directory(tmp_path):
    passing, failing = "lambda x: x * (x > 0)", "lambda x: x"
    program = (
        f"from tinyconv import check; print(*map(bool, map(check.relu_forward, ({passing}, {failing}))))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HYPOTHESIS")}
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "True False\n"
    assert list(tmp_path.iterdir()) == []


def test_hypothesis_is_given_back_the_directory_that_it_had():
    before = configuration.storage_directory("examples").path
    with contextlib.suppress(KeyError), no_traces():
        assert configuration.storage_directory("examples").path != before
        raise KeyError
    assert configuration.storage_directory("examples").path == before
