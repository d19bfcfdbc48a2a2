"""A benchmark as a part of the mark: a right function, timed beside the same maths in plain NumPy.

Both run in a child process of their own and answer the same requests in turns, so that a busy machine is
as unkind to the one as to the other; of each the median round counts: the fastest one was up to ten times
as lucky as its opponent's on two busy cores, the median at most 1.7 times.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tinyconv import vectorised
from tinyconv.check.asking import Unsuited
from tinyconv.check.calling import Request
from tinyconv.check.drawing import Trial
from tinyconv.check.limits import Limits
from tinyconv.check.marking import Subject
from tinyconv.check.operations.convolution import Convolution
from tinyconv.check.part import Case
from tinyconv.check.parts import PARTS
from tinyconv.check.report import Report
from tinyconv.check.verdict import Verdict, judge
from tinyconv.check.worker import worker
from tinyconv.shapes import Array
from tinyconv.trace import SILENT

ROUNDS, SECONDS = 30, 1.5  # as many rounds as fit, but at least three
WHOLE, HALF = 5.0, 50.0  # times as long as NumPy: up to here all points, up to there half of them


class Race(NamedTuple):
    """What is timed: a part's function on one larger case, beside a yardstick."""

    part: str
    case: Callable[[int], Any]  # the arguments, by seed
    yardstick: Callable[..., Any]


def _layer(seed: int) -> Convolution:
    rng = np.random.default_rng(seed)
    x, weight, bias = (
        rng.integers(-4, 5, shape).astype(np.float32) for shape in ((1, 8, 64, 64), (16, 8, 3, 3), (16,))
    )
    return Convolution(x, weight, bias, (1, 1), (1, 1))


def _numpy(x: Array, weight: Array, bias: Array, stride: int, padding: int) -> Array:
    case = Convolution(x, weight, bias, (stride, stride), (padding, padding))
    sides, size = case.window.padding, case.output_size
    return vectorised.conv2d_forward(x, weight, bias, case.stride, sides, (1, 1), 1, size, SILENT)


RACES = {"conv2d_forward_speed": Race("conv2d_forward", _layer, _numpy)}


def conv2d_forward(function: Callable[..., Any], *, style: str | None = None, seed: int = 0) -> Report:
    """Time a right `conv2d_forward` beside NumPy's, and report how many times as long it takes.

    >>> from tinyconv import functional
    >>> conv2d_forward(functional.conv2d_forward).passed
    True
    """
    limits = Limits()
    runner = worker(lambda: ({"conv2d_forward": function}, ""), limits)
    try:
        subject = Subject(PARTS["conv2d_forward"], runner, "conv2d_forward", style=style)
        return race("conv2d_forward_speed", subject, seed, limits)
    finally:
        runner.close()


def race(name: str, subject: Subject, seed: int, limits: Limits) -> Report:
    """Time one function of a worker: points for a right answer that is not much slower than NumPy."""
    if subject.function not in subject.worker.signatures:
        return Report(name, "missing", said=subject.worker.complaint)
    case, yardstick = Case(RACES[name].case(seed)), RACES[name].yardstick
    right = subject.part.answers(yardstick(*_arguments(subject.part.public(case.given))))
    opponent = worker(lambda: ({"yardstick": yardstick}, ""), limits)
    try:
        runners = subject, Subject(subject.part, opponent, "yardstick")
        times, verdict = _rounds(runners, Trial(case, right), limits)
    except Unsuited as error:
        return Report(name, "signature", said=str(error))
    finally:
        opponent.close()
    return _finish(name, times) if verdict.right else _fallen(name, verdict)


def _arguments(public: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(public[name] for name in ("x", "weight", "bias", "stride", "padding"))


def _rounds(
    runners: tuple[Subject, Subject], trial: Trial, limits: Limits
) -> tuple[tuple[float, float], Verdict]:
    """Return the median of several rounds of both, and the last verdict: they end where one is wrong."""
    times, seconds, began = [], limits.first, time.monotonic()
    for number in range(ROUNDS):
        (mine, verdict), (theirs, _) = (_timed(runner, trial, seconds) for runner in runners)
        times.append((mine, theirs))
        if not verdict.right or (number >= 2 and time.monotonic() - began > SECONDS):
            break
        seconds = limits.call
    mine, theirs = np.median(times, axis=0)
    return (float(mine), float(theirs)), verdict


def _timed(runner: Subject, trial: Trial, seconds: float) -> tuple[float, Verdict]:
    request = Request(runner.function, runner.forward, runner.part.name, runner.wants(), trial.case)
    began = time.perf_counter()
    answer = runner.worker.ask(request, seconds)
    return time.perf_counter() - began, judge(runner.part, trial, answer)


def share(ratio: float) -> float:
    """Return the share of the points of a function that takes `ratio` times as long as NumPy.

    >>> share(1.5), share(20), share(100)
    (1.0, 0.5, 0.0)
    """
    return 1.0 if ratio <= WHOLE else 0.5 if ratio <= HALF else 0.0


def _finish(name: str, times: tuple[float, float]) -> Report:
    mine, theirs = times
    said = (
        f"It takes {1e3 * mine:.1f} ms, NumPy {1e3 * theirs:.1f} ms: {mine / theirs:.1f} times as long. "
        f"Up to {WHOLE:g} times earns all points, up to {HALF:g} times half of them."
    )
    earned = share(mine / theirs)
    if earned == 1:
        return Report(name, "right", 1.0, asked=1, remarks=(said,))
    return Report(name, "slow", earned, said)


def _fallen(name: str, verdict: Verdict) -> Report:
    if verdict.kind == "hung":
        return Report(name, "slow", said=f"{verdict.said}: plain NumPy needs a few milliseconds.")
    wrong = "only a right answer is timed, and this one has wrong numbers"
    return Report(name, verdict.kind, said=verdict.said or wrong)
