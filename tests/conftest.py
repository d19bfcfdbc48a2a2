"""Two sizes of property testing: the same 200 examples on every push, thousands of fresh ones by night.

`pytest --hypothesis-profile=nightly` draws the second.
"""

import gc
import os
import signal

# Each core has a process of its own: an idle thread of OpenMP shall not spin on the core of another one.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import pytest
from hypothesis import HealthCheck, settings

from tinyconv import get_engine, get_num_threads, set_num_threads

SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "push",
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=SLOW_IS_FINE,
)
settings.register_profile(
    "nightly", max_examples=5000, deadline=None, suppress_health_check=SLOW_IS_FINE, print_blob=True
)
settings.load_profile("push")


@pytest.fixture(autouse=True)
def _engine_and_threads_are_left_as_they_were():
    threads = get_num_threads()
    yield
    assert get_engine() == "numba", "a test left another engine behind"
    set_num_threads(threads)


def pytest_configure():
    """Let an interrupt interrupt, also where pytest was started in the background, with SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish():
    """Take what the imports left, 400,000 objects, out of every later garbage collection.

    Pictures are full of cycles, so the collector runs often: a quarter of their time. A forked child, too,
    need not copy the pages of what is never looked at.
    """
    gc.collect()
    gc.freeze()
