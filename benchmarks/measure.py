"""How everything here is measured: in turns, warm, on a quiet machine, medians; and what a figure means.

All who are compared run in one process, one after the other, turn by turn, so that whatever slows the machine
down for a while meets everybody. Before each timing

- the process waits until it is asleep: threads of OpenMP and OpenBLAS spin for milliseconds behind their
  work, and would slow the next one down;
- every thread is put on a core of its own (on Linux): a system that wakes two up may leave both on one core
  for seconds, beside an idle one, most of all in a virtual machine;
- short work runs once untimed: a core that slept wakes up slowly, most of all in a virtual machine, which
  would punish work below a millisecond.

Small work is repeated within one timing until that lasts two milliseconds. Where somebody else was on the
cores before or behind a timing (see quiet.py), it is taken again, for a while. A figure is the median of the
turns in which nobody was; `quiet` is their share.
"""

import contextlib
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from quiet import Cores, cores

import tinyconv

HERE = Path(__file__).parent
Work = Callable[[], Any]
SHORTEST = 2e-3  # seconds that one timing lasts at least
SHORT = 20e-3  # seconds: hundreds of times what waking up takes
NAP, ASLEEP, PATIENCE = 0.005, 0.05, 0.5  # seconds; share of a nap; seconds
KEPT_FROM_NOW_ON = (32 << 20) - (1 << 16)  # bytes: just below glibc's DEFAULT_MMAP_THRESHOLD_MAX
TASKS = Path("/proc/self/task")  # the threads of this process
STUBBORN, FEW = 1.0, 3  # seconds for each timing, to wait for quiet cores; fewer quiet ones are not enough
PACKAGES = ("tinyconv", "numpy", "numba", "torch", "onnxruntime")


def settle_allocator() -> None:
    """Make this process keep the memory that it frees, as one does that has run for a while.

    A fresh one gives every large array back to the system, and gets it again page by page, filled with zeros:
    that cost PyTorch 4 ms for a convolution of 0.3 ms. glibc changes its mind behind the first free of 32 MB.
    """
    np.empty(KEPT_FROM_NOW_ON, np.uint8)


def wait_until_asleep() -> None:
    """Return when no thread of this process has used the processor for a nap, or when patience is over."""
    give_up = time.perf_counter() + PATIENCE
    while time.perf_counter() < give_up:
        start = time.process_time()
        time.sleep(NAP)
        if time.process_time() - start < ASLEEP * NAP:
            return


@contextlib.contextmanager
def apart() -> Iterator[Callable[[], None]]:
    """Yield what puts every thread of this process on a core of its own; in the end all may go anywhere.

    The main thread gets the first core, the others get those behind it in turns, in the order in which they
    were made: so each pool has one thread a core, where there are cores enough.
    """
    if not TASKS.exists():
        yield lambda: None
        return
    everywhere = os.sched_getaffinity(0)
    first, *others = sorted(everywhere)
    try:
        yield lambda: _put(
            lambda number: {others[(number - 1) % len(others)] if number and others else first}
        )
    finally:
        _put(lambda number: everywhere)


def _put(cores: Callable[[int], set[int]]) -> None:
    """Let thread number i of this process, the main one first, run on `cores(i)`."""
    threads = sorted(
        (int(task.name) for task in TASKS.iterdir()), key=lambda task: (task != os.getpid(), task)
    )
    for number, thread in enumerate(threads):
        with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
            os.sched_setaffinity(thread, cores(number))


def seconds_of(work: Work, times: int = 1) -> float:
    """Return the seconds that one of `times` runs takes."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


def repetitions(work: Work) -> int:
    """Return how often to run `work`, which is warm, within one timing."""
    seconds = seconds_of(work)
    if seconds < SHORTEST:
        seconds = min(seconds, seconds_of(work))  # the first was slow to wake up
    return max(1, math.ceil(SHORTEST / seconds))


class Timing(NamedTuple):
    """The seconds that something took, and whether the cores were quiet before and behind it."""

    seconds: float
    quiet: bool


class Taken(NamedTuple):
    """Each one's median in milliseconds, and the share of timings that were quiet, if anybody looked."""

    ms: dict[str, float]
    quiet: float | None


def take_turns(works: Mapping[str, Work], turns: int, patience: float = STUBBORN) -> Taken:
    """Run everybody in turns; a timing that is not quiet is taken again, while there is patience.

    It has so many seconds for each timing, and the first that has to wait may take them all: who disturbs
    often stays for longer than one. Without patience nobody looks.
    """
    used, times = cores(tinyconv.get_num_threads()) if patience else None, {}
    for name, work in works.items():
        work()  # compile, allocate
        times[name] = repetitions(work)
    taken: dict[str, list[Timing]] = {name: [] for name in works}
    left = patience * turns * len(works)
    with apart() as spread:
        for _ in range(turns):
            for name, work in works.items():
                timing, waited = _take_turn(work, times[name], spread, used, left)
                taken[name].append(timing)
                left -= waited
    quiet = statistics.fmean(timing.quiet for timings in taken.values() for timing in timings)
    return Taken({name: 1e3 * middle(timings) for name, timings in taken.items()}, quiet if used else None)


def _take_turn(
    work: Work, times: int, spread: Callable[[], None], used: Cores | None, patience: float
) -> tuple[Timing, float]:
    """Return the last timing, and the seconds that passed before it."""
    start = time.perf_counter()
    while True:
        spread()
        quiet = used is not None and used.wait(start + patience)
        waited = time.perf_counter() - start
        wait_until_asleep()
        seconds = seconds_of(work, times)
        if seconds * times < SHORT:  # has only woken the cores
            seconds = seconds_of(work, times)
        if quiet and used:
            wait_until_asleep()
            quiet = used.are_quiet()
        if quiet or time.perf_counter() >= start + patience:
            return Timing(seconds, quiet), waited


def middle(timings: Iterable[Timing]) -> float:
    """Return the median of the quiet timings, of all where only a few were quiet.

    >>> middle([Timing(1.0, True), Timing(1.2, True), Timing(1.1, True), Timing(9.0, False)])
    1.1
    """
    timings = list(timings)
    quiet = [seconds for seconds, quiet in timings if quiet]
    return statistics.median(quiet if len(quiet) >= FEW else [seconds for seconds, _ in timings])


def geometric_mean(ratios: Iterable[float]) -> float:
    """Return the mean of ratios: 2× and ½× make 1×."""
    return math.exp(statistics.fmean(map(math.log, ratios)))


def exponent(sizes: Iterable[float], values: Iterable[float]) -> float:
    """Return b of the best fit values = a · sizesᵇ: 1 where twice the size costs twice as much."""
    return float(np.polyfit(np.log(list(sizes)), np.log(list(values)), 1)[0])


def cpu_name() -> str:
    """Return the processor's name, as it calls itself."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def version(package: str) -> str | None:
    """Return a package's version, None where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def header(threads: int) -> dict[str, str]:
    """Return what a figure means nothing without."""
    versions = {package: version(package) for package in PACKAGES}
    setting = f"{threads} thread{'s' * (threads > 1)}, float32"
    if not version("threadpoolctl"):
        setting += " (NumPy's BLAS decides itself: threadpoolctl is not installed)"
    return {
        "processor": f"{cpu_name()} ({platform.machine()}), {os.cpu_count()} cores, {platform.system()}",
        "setting": setting,
        "versions": ", ".join(
            [f"Python {platform.python_version()}"] + [f"{name} {v}" for name, v in versions.items() if v]
        ),
        "date": date.today().isoformat(),
    }


def limit_threads(threads: int) -> None:
    """Let everybody have the same number: tinyconv, PyTorch, and every BLAS and OpenMP that is loaded."""
    tinyconv.set_num_threads(threads)
    if version("torch"):
        import torch

        torch.set_num_threads(threads)
    if version("threadpoolctl"):
        from threadpoolctl import threadpool_limits

        threadpool_limits(threads)


def run_python(code: str, **environment: str) -> tuple[str, str, float]:
    """Run `code` in a fresh process; return what it printed, its messages, and the seconds it took."""
    path = os.pathsep.join([str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{sys.argv[0]}: a process of its own failed:\n{done.stderr}")
    return done.stdout, done.stderr, seconds
