"""Cold, cached, warm: the first block of all, the first convolution of a process, and a small one thereafter.

    python benchmarks/startup.py [--threads 2] [--json FILE] [--markdown]

Cold: a whole process that runs one block forward + backward, its compiled kernels yet to be made.
Cached: a whole process that runs one convolution, with the kernels that the cold one has left on disk.
Warm: one convolution of a single 8×8 image with a 3×3 kernel, among thousands.
"""

import statistics
import tempfile
from typing import Any

import aims
from findings import Finding
from layers import CONV, Layer
from measure import run_python, take_turns
from peers import TINYCONV, TORCH, who_can_run
from report import begin, command_line, deliver

CACHED_RUNS, WARM_TURNS = 7, 25
SMALL = Layer(1, 1, 1, 8)
BLOCK = """
import numpy as np, tinyconv
x = np.random.default_rng(0).standard_normal((8, 3, 64, 64), np.float32)  # large enough for all threads
network = tinyconv.Sequential(tinyconv.Conv2d(3, 8, 3, padding=1), tinyconv.ReLU(), tinyconv.MaxPool2d(2))
y, _, cache = network.forward(x)
network.backward(np.ones_like(y), cache)
"""
CONVOLUTION = """
import numpy as np, tinyconv
tinyconv.Conv2d(3, 8, 3, padding=1)(np.zeros((8, 3, 64, 64), np.float32))
"""
TORCH_CONVOLUTION = """
import torch
torch.conv2d(torch.zeros((8, 3, 64, 64)), torch.zeros((8, 3, 3, 3)), padding=1)
"""


def processes(with_torch: bool) -> dict[str, Any]:
    """Return the seconds that processes take, and what the cold one said."""
    with tempfile.TemporaryDirectory() as empty:
        _, message, cold = run_python(BLOCK, NUMBA_CACHE_DIR=empty)
        run_python(CONVOLUTION, NUMBA_CACHE_DIR=empty)  # reads the disk for all that follow
        found = {"cold": cold, "message": message.strip().partition(" (")[0], "cached": [], "torch": []}
        for _ in range(CACHED_RUNS):
            found["cached"].append(run_python(CONVOLUTION, NUMBA_CACHE_DIR=empty)[2])
            if with_torch:
                found["torch"].append(run_python(TORCH_CONVOLUTION)[2])
    return found


def findings(found: dict[str, Any]) -> list[Finding]:
    """Return the three figures beside the aims."""
    cached, us = statistics.median(found["cached"]), found["warm"][TINYCONV]
    beside = f"; torch {statistics.median(found['torch']):.2f} s" if found["torch"] else ""
    warm_beside = f"; torch eager {found['warm'][TORCH]:.1f} µs" if TORCH in found["warm"] else ""
    return [
        Finding(
            "cold: a process that compiles and runs a block forward + backward",
            f"{found['cold']:.1f} s" + (", announced" if found["message"] else ", in silence"),
            f"≤ {aims.FIRST_BLOCK:.0f} s, announced",
            found["cold"] <= aims.FIRST_BLOCK and bool(found["message"]),
        ),
        Finding(
            "cached: a process that imports tinyconv and runs one conv2d",
            f"{cached:.2f} s{beside}",
            f"≤ {aims.FIRST_CONV:.1f} s",
            cached <= aims.FIRST_CONV,
        ),
        Finding(
            "warm: conv2d on 1×1×8×8, kernel 3×3",
            f"{us:.1f} µs{warm_beside}",
            f"≤ {aims.SMALL_CONV:.0f} µs",
            us <= aims.SMALL_CONV,
        ),
    ]


def main() -> None:
    """Measure all three."""
    arguments = command_line(__doc__).parse_args()
    who, left_out = who_can_run(only=(TINYCONV, TORCH))
    report = begin(arguments.threads, left_out)
    found = processes(with_torch=TORCH in who)
    small = {name: make(SMALL, arguments.threads)[CONV] for name, make in who.items()}
    found["warm"] = {name: 1e3 * ms for name, ms in take_turns(small, WARM_TURNS).ms.items()}  # µs
    print(f"the cold process said: {found['message'] or 'nothing'}")
    report.details["startup"] = found
    report.findings += findings(found)
    deliver(report, arguments)


if __name__ == "__main__":
    main()
