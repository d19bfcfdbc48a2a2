"""Where somebody else's functions run."""

import os
from collections.abc import Mapping
from typing import Protocol

from tinyconv.check.answer import Answer
from tinyconv.check.calling import Request
from tinyconv.check.child import Child, Load
from tinyconv.check.inline import Inline
from tinyconv.check.limits import Limits
from tinyconv.check.signature import Signature

FATAL = ("hung", "died", "garbled")  # answers that cost the worker its process


class Worker(Protocol):
    """`Child` or `Inline`: what it has loaded, and what its functions answer."""

    isolated: bool
    complaint: str
    signatures: Mapping[str, Signature]

    def ask(self, request: Request, seconds: float) -> Answer:
        """Answer one request."""

    def close(self) -> int:
        """Give back what it holds."""


def worker(load: Load, limits: Limits, isolate: bool = True) -> Worker:
    """Return a child process; or this one, where the platform cannot fork.

    >>> runner = worker(lambda: ({"relu_forward": abs}, ""), Limits())
    >>> list(runner.signatures), runner.close()
    (['relu_forward'], 0)
    """
    return Child(load, limits) if isolate and hasattr(os, "fork") else Inline(load, limits)
