"""What the checks' tests share: how a function is examined without shrinking, and the cases of a part."""

from tinyconv.check.limits import Limits
from tinyconv.check.marking import Subject, examine
from tinyconv.check.parts import PARTS
from tinyconv.check.worker import worker

QUICK = Limits(shrinking=0.0)


def options(name):
    """Everything that a part's function may be asked."""
    return frozenset(PARTS[name].arguments) | {"pairs"}


def examined(name, function, forward=None, limits=QUICK, isolate=True):
    """The report, without a search for the smallest case."""
    part = PARTS[name]
    functions = {name: function} | ({part.forward: forward} if forward else {})
    runner = worker(lambda: (functions, ""), limits, isolate)
    try:
        return examine(Subject(part, runner, name, part.forward if forward else ""), 0, limits)
    finally:
        runner.close()
