"""tinyconv.check.speed: right and fast earns all points, right and slow fewer, wrong none."""

import re
import time

import numpy as np
import pytest

from tinyconv import vectorised
from tinyconv.check import speed
from tinyconv.check.operations.convolution import Convolution
from tinyconv.trace import SILENT


def in_numpy(x, weight, bias, stride, padding):
    case = Convolution(x, weight, bias, (stride, stride), (padding, padding))
    sides, size = case.window.padding, case.output_size
    return vectorised.conv2d_forward(x, weight, bias, case.stride, sides, (1, 1), 1, size, SILENT)


def half_asleep(x, weight, bias, stride, padding):
    time.sleep(0.3)
    return in_numpy(x, weight, bias, stride, padding)


def without_end(x, weight, bias, stride, padding):
    time.sleep(60)


def without_bias(x, weight, bias, stride, padding):
    return in_numpy(x, weight, 0 * bias, stride, padding)


def unfinished(x, weight, bias, stride, padding):
    raise NotImplementedError


def without_stride(x, weight, bias):
    return x


def test_who_is_as_fast_as_numpy_earns_everything():
    report = speed.conv2d_forward(in_numpy)
    assert (report.part, report.kind, report.share) == ("conv2d_forward_speed", "right", 1)
    assert re.search(r"It takes \d+\.\d ms, NumPy \d+\.\d ms", report.text)


def test_the_course_s_way_of_writing_is_timed_too():
    def conv_forward(x, w, b, conv_param):
        return in_numpy(x, w, b, conv_param["stride"], conv_param["pad"]), None

    assert speed.conv2d_forward(conv_forward)


@pytest.mark.parametrize(
    ("function", "kind", "said"),
    [
        (half_asleep, "slow", "times as long"),
        (without_end, "slow", "NumPy needs a few milliseconds"),
        (without_bias, "values", "only a right answer is timed"),
        (unfinished, "unfinished", "not written yet"),
        (without_stride, "signature", "it must take x, weight, bias, stride, padding"),
    ],
)
def test_who_is_not_is_told_why(function, kind, said):
    report = speed.conv2d_forward(function)
    assert report.kind == kind
    assert said in report.text
    assert report.share < 1


def test_a_wrong_answer_earns_nothing_however_fast():
    assert speed.conv2d_forward(lambda x, weight, bias, stride, padding: x).share == 0
    assert speed.conv2d_forward(without_bias).share == 0


def test_points_fall_in_two_steps():
    ratios = [0.1, speed.WHOLE, speed.WHOLE + 0.1, speed.HALF, speed.HALF + 0.1]
    assert [speed.share(ratio) for ratio in ratios] == [1, 1, 0.5, 0.5, 0]


@pytest.mark.parametrize(
    ("times", "kind", "share"), [((2, 1), "right", 1), ((9, 1), "slow", 0.5), ((60, 1), "slow", 0)]
)
def test_a_report_tells_both_times(times, kind, share):
    report = speed._finish("conv2d_forward_speed", tuple(each / 1e3 for each in times))
    assert (report.kind, report.share) == (kind, share)
    assert f"It takes {times[0]:.1f} ms, NumPy 1.0 ms: {times[0]:.1f} times as long." in report.text


def test_another_seed_is_another_case():
    one, same, other = (speed._layer(seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.x, same.x)
    assert (one.x != other.x).any()
