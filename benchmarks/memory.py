"""Peak growth of resident memory in one forward + backward of each block: tinyconv and PyTorch eager.

    python benchmarks/memory.py [--layers 0,3] [--threads 2] [--json FILE] [--markdown]

Each figure is the median of processes of their own, as PyTorch's swings by half from one to the next. Each
makes the layer's arrays and runs small blocks until nothing is left to import, compile or start; then Linux
forgets the highest resident memory so far, and the block runs once. What it returns (y and three gradients)
counts.
"""

import gc
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from compare import add_layers
from layers import BOTH_WAYS, Layer
from measure import limit_threads, run_python
from peers import PEERS, TINYCONV, TORCH, who_can_run
from report import begin, command_line, deliver

from tinyconv.kernels.warmup import warmup_steps

STATUS, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
SMALL = Layer(4, 32, 32, 32)  # large enough for all threads
MIB = 1 << 20
PROCESSES = 5


def resident(name: str) -> int:
    """Return this process's resident memory in bytes: VmRSS now, or VmHWM, the highest."""
    [line] = [line for line in STATUS.read_text().splitlines() if line.startswith(name + ":")]
    return 1024 * int(line.split()[1])


def growth(work: Callable[[], Any]) -> int:
    """Return the bytes by which resident memory grows at most while `work` runs."""
    gc.collect()  # what earlier work left would go meanwhile, and hide as much
    FORGET.write_text("5")  # proc(5): makes VmHWM what is resident now
    before = resident("VmRSS")
    results = work()
    highest = resident("VmHWM")
    del results
    return highest - before


def growth_here(peer: str, layer: Layer, threads: int) -> int:
    """Warm up, and return what one forward + backward of the block costs in this process."""
    limit_threads(threads)
    for step in warmup_steps(dtypes=("float32",)) if peer == TINYCONV else []:
        step.run()
    works = PEERS[peer][0]
    small = SMALL._replace(K=layer.K, stride=layer.stride, padding=layer.padding)
    work = works(layer, threads)[BOTH_WAYS]
    for _ in range(3):
        works(small, threads)[BOTH_WAYS]()
    return growth(work)


def growth_elsewhere(peer: str, layer: Layer, threads: int) -> float:
    """Return the same in MiB, from fresh processes."""
    code = f"import layers, memory; print(memory.growth_here({peer!r}, layers.{layer!r}, {threads}))"
    return statistics.median(int(run_python(code)[0]) for _ in range(PROCESSES)) / MIB


def main() -> None:
    """Print a line for each layer."""
    parser = command_line(__doc__)
    add_layers(parser)
    arguments = parser.parse_args()
    if not FORGET.exists():
        sys.exit("memory: only Linux tells the peak of resident memory")
    found, left_out = who_can_run(only=(TINYCONV, TORCH))
    report = begin(arguments.threads, left_out)
    figures = report.details["memory"] = {}
    for layer in arguments.layers:
        figures[str(layer)] = {name: growth_elsewhere(name, layer, arguments.threads) for name in found}
        cells = "".join(f"  {name} {grown:7.1f} MiB" for name, grown in figures[str(layer)].items())
        print(f"{layer!s:>23}{cells}", flush=True)
    deliver(report, arguments)


if __name__ == "__main__":
    main()
