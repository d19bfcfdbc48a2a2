"""tinyconv.check: whatever a function does, the marker says what, and stays well."""

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time

import numpy as np
import pytest
from strategies_check import QUICK, examined

from tinyconv import check

HASTY = QUICK._replace(first=0.5, call=0.5)


def relu(x):
    return np.maximum(x, 0)


def test_an_error_is_reported_with_the_student_s_frames_only():
    def helper(x):
        return x.colour

    def relu_forward(x):
        return helper(x)

    report = check.relu_forward(relu_forward)
    assert report.kind == "raised"
    assert "'numpy.ndarray' object has no attribute 'colour'" in report.text
    assert "return helper(x)" in report.text
    assert "calling.py" not in report.text
    assert "Traceback" not in report.text


@pytest.mark.parametrize("forward", [None, lambda x: x])
def test_the_reference_does_not_leak(forward):
    def relu_backward(dy, cache):
        raise ValueError("here")

    text = check.relu_backward(relu_backward, forward=forward).text
    assert "tinyconv" not in text
    assert "reference" not in text


def test_a_hang_is_ended():
    def relu_forward(x):
        while True:
            pass

    began = time.monotonic()
    report = check.relu_forward(relu_forward)
    assert report.kind == "hung"
    assert time.monotonic() - began < 10
    assert report.share == 0


def test_endless_printing_is_ended_and_kept_short():
    def relu_forward(x):
        while True:
            print("x" * 1000)

    assert examined("relu_forward", relu_forward, limits=HASTY).kind == "hung"


def test_a_hang_on_some_cases_leaves_the_points_of_the_others():
    def relu_forward(x):
        if x.size > 12:
            time.sleep(60)
        return relu(x)

    report = examined("relu_forward", relu_forward, limits=HASTY)
    assert report.kind == "hung"
    assert 0 < report.share < 1


def test_a_function_that_is_slow_on_all_cases_is_stopped():
    def relu_forward(x):
        time.sleep(0.05)
        return relu(x)

    report = examined("relu_forward", relu_forward, limits=QUICK._replace(cases=0.3))
    assert report.kind == "slow"
    assert "took more time" in report.text


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (lambda: os._exit(3), "exit status 3"),
        (lambda: os.kill(os.getpid(), signal.SIGSEGV), "SIGSEGV"),
        (lambda: ctypes.string_at(0), "SIGSEGV"),
        (lambda: os.abort(), "SIGABRT"),
    ],
)
def test_the_end_of_the_process_is_reported(ending, said):
    def relu_forward(x):
        ending()

    report = check.relu_forward(relu_forward)
    assert report.kind == "died"
    assert said in report.text


def test_one_crash_costs_one_case():
    def relu_forward(x):
        if x.shape == CRASHES[0]:
            os._exit(1)
        return relu(x)

    from tinyconv.check.drawing import trials

    shapes = [trial.case.given.x.shape for trial in trials("relu_forward", frozenset({"x", "pairs"}), 0)]
    CRASHES[:] = [next(shape for shape in shapes if shapes.count(shape) == 1)]
    report = examined("relu_forward", relu_forward)
    assert (report.kind, report.failed) == ("died", 1)


CRASHES = [()]


@pytest.mark.parametrize("leave", [sys.exit, KeyboardInterrupt, GeneratorExit])
def test_leaving_is_an_error_like_any_other(leave):
    def relu_forward(x):
        if isinstance(leave, type):
            raise leave
        leave()

    assert check.relu_forward(relu_forward).kind == "raised"


def test_deep_recursion_is_an_error():
    def relu_forward(x):
        return relu_forward(x)

    assert "RecursionError" in check.relu_forward(relu_forward).text


def test_memory_is_limited():
    def relu_forward(x):
        return np.ones(2**33)

    report = examined("relu_forward", relu_forward)
    assert report.kind == "raised"
    assert "MemoryError" in report.text


@pytest.mark.parametrize(
    ("result", "kind", "said"),
    [
        (lambda x: None, "type", "y must be a NumPy array, got None"),
        (lambda x: relu(x).tolist(), "type", "got one list"),
        (lambda x: np.matrix(relu(x).ravel()), "type", "got one matrix"),
        (lambda x: relu(x)[None], "shape", "y must have the shape"),
        (lambda x: relu(x).astype(np.float16), "dtype", "y must be float32 or float64, got float16"),
        (lambda x: relu(x).astype(object), "dtype", "got object"),
        (lambda x: relu(x) + 1j, "dtype", "got complex"),
        (lambda x: np.broadcast_to(0.0, (10**6, 10**6)), "shape", "(1000000, 1000000)"),
        (lambda x: relu(x) * np.nan, "values", "NaN or infinity"),
        (lambda x: (), "type", "got one tuple"),
        (lambda: 1, "signature", "it must take x"),
        (lambda x, y, z: x, "signature", "it must take x; yours is <lambda>(x, y, z)"),
    ],
)
def test_a_wrong_result_is_called_what_it_is(result, kind, said):
    report = examined("relu_forward", result)
    assert report.kind == kind
    assert said in report.text
    assert report.share == 0


def test_a_wrong_number_of_results_is_said():
    report = examined("film_backward", lambda dy, x, gamma: (dy, x))
    assert report.kind == "type"
    assert "it must return dx, dgamma, dbeta" in report.text


def test_printing_is_no_mistake_but_is_said():
    def relu_forward(x):
        print("debug", x)
        return relu(x)

    report = check.relu_forward(relu_forward)
    assert report.passed
    assert "It prints something, which no caller expects: 'debug [[" in report.text


def test_a_changed_input_is_a_mistake():
    def linear_forward(x, weight, bias):
        y = x @ weight.T + bias
        weight += 1
        return y

    report = check.linear_forward(linear_forward)
    assert report.kind == "changed"
    assert "it writes into its input: weight" in report.text


def test_not_implemented_is_said_and_earns_nothing():
    def relu_forward(x):
        raise NotImplementedError

    report = check.relu_forward(relu_forward)
    assert (report.kind, report.share, report.case) == ("unfinished", 0, {})
    assert report.text == "✗ relu_forward: not written yet\n  It raises NotImplementedError."


def test_zeros_earn_nothing():
    assert examined("relu_forward", np.zeros_like).share == 0
    report = examined(
        "conv2d_backward", lambda dy, x, weight, bias, stride, padding: (x * 0, weight * 0, bias * 0)
    )
    assert report.share < 0.2  # a gradient can be zero where another is not


def test_who_answers_now_so_now_so_is_reported_too():
    calls = []

    def relu_forward(x):
        calls.append(x)
        return relu(x) + (len(calls) % 2)

    report = check.relu_forward(relu_forward)
    assert report.kind == "values"


def test_warnings_and_stray_threads_are_no_mistakes():
    def relu_forward(x):
        if threading.active_count() == 1:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        np.float64(1) / np.float64(0)
        return relu(x)

    assert examined("relu_forward", relu_forward)


def test_bytes_on_the_marker_s_line_are_not_taken_for_an_answer():
    def relu_forward(x):
        for number in range(3, 64):
            with contextlib.suppress(OSError):
                os.write(number, b"\0" * 7 + b"\2{}")

    assert examined("relu_forward", relu_forward).kind in ("garbled", "died", "type")


def test_a_child_has_none_of_the_marker_s_files(tmp_path):
    with (tmp_path / "marks.csv").open("w") as file:

        def relu_forward(x):
            os.write(file.fileno(), b"full marks")
            return relu(x)

        assert "Bad file descriptor" in examined("relu_forward", relu_forward).text
    assert (tmp_path / "marks.csv").read_text() == ""


def test_a_child_leaves_no_process_and_no_file_open():
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0

    def relu_forward(x):
        os._exit(0)

    for function in (relu, relu_forward):
        examined("relu_forward", function)
    if before:
        assert len(os.listdir("/proc/self/fd")) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="nobody says how many there are")
def test_a_function_that_forks_without_end_soon_cannot():
    def relu_forward(x):
        if os.getuid() == 0:
            os.setuid(65534)  # root may fork as it likes
        for _ in range(5000):
            if os.fork() == 0:
                time.sleep(60)
        return relu(x)

    patient = QUICK._replace(processes=8, first=60.0, call=60.0)  # a fork copies all that the tests hold
    report = examined("relu_forward", relu_forward, limits=patient)
    assert report.kind == "raised"
    assert "Resource temporarily unavailable" in report.text


def test_without_a_child_the_report_says_so():
    report = check.relu_forward(relu, isolate=False)
    assert report.passed
    assert "without limits" in report.text
    assert check.relu_forward(lambda x: x.colour, isolate=False).kind == "raised"


def test_without_a_child_there_is_all_the_time_in_the_world():
    """Who steps through a function, or waits for its kernels to compile, is not slow."""
    in_no_time = QUICK._replace(cases=0.0)
    assert examined("relu_forward", relu, limits=in_no_time, isolate=False).passed
    assert examined("relu_forward", relu, limits=in_no_time).kind == "slow"


def test_an_object_without_a_signature_is_called_with_everything():
    class Odd:
        __signature__ = "none"

        def __call__(self, **arguments):
            return relu(arguments["x"])

    assert examined("relu_forward", Odd())
