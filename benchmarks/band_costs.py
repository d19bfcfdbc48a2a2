"""What bands cost: whether tinyconv chooses good ones here, and which constants would suit this machine best.

    python benchmarks/band_costs.py [--layers 0,3] [--bands 12] [--json FILE] [--markdown]

How many rows, and how many images abreast, a task takes is chosen by a few constants, cycles for what
surrounds the multiply-adds (see tinyconv/kernels/bands.py). Here some bands that could have been chosen are
timed in turns beside the one that was, on one thread. Behind the last layer the constants are fitted to all
of them: those with the least relative error. The more layers and bands, the better.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
from compare import add_layers
from findings import Finding
from layers import BLOCK, CONV, LAYERS, Layer
from measure import Work, geometric_mean, take_turns
from peers import tinyconv_works
from report import begin, command_line, deliver

from tinyconv.kernels import bands, block, convolution
from tinyconv.kernels.bands import Band, Cost, Task, forward_cost, laid_band
from tinyconv.kernels.geometry import Geometry

CONSTANTS = "EMPTY", "ALONE", "BEGIN", "LINE", "BAND", "PICK", "LATE", "PLACE", "COPY", "SPILL"
MANY = [  # as different as the constants are
    *LAYERS,
    Layer(64, 512, 512, 7),
    Layer(64, 128, 128, 8),
    Layer(64, 256, 256, 4),
    Layer(64, 512, 128, 7, 1, 1, 0),
    Layer(64, 6, 16, 14, 5, 1, 0),
    Layer(32, 64, 64, 28, 3, 2, 1),
    Layer(8, 32, 16, 112, 1, 1, 0),
]
TURNS = 3


class Choice(NamedTuple):
    """So many rows of results, so many images abreast, and whether taps have lines of their own."""

    rows: int
    abreast: int
    apart: bool

    def __str__(self) -> str:
        return f"{self.rows} rows" + f" × {self.abreast}" * (self.abreast > 1) + " apart" * self.apart


class Problem(NamedTuple):
    """One layer's convolution, alone or in its block."""

    layer: Layer
    case: str

    @property
    def geometry(self) -> Geometry:
        """How the filters move."""
        layer = self.layer
        kernel, stride, padding, size, outputs = (
            (number, number) for number in (layer.K, layer.stride, layer.padding, layer.H, layer.size)
        )
        return Geometry((layer.F, layer.C, *kernel), stride, (1, 1), padding, size, outputs)

    @property
    def task(self) -> Task:
        """What one thread has to do."""
        rows, pool = (self.layer.size, 1) if self.case == CONV else (self.layer.size // 2, 2)
        return Task(1, self.layer.N, 1, 4, rows, pool, pool, pools=self.case == BLOCK)

    def cost(self, choice: Choice) -> Cost:
        """Return what bands cost whose lines lie like that."""
        return forward_cost(self.geometry, self.task, choice.apart).with_abreast(choice.abreast)

    def band(self, choice: Choice) -> Band:
        """Return what `forward_band` would, had it made this choice."""
        return laid_band(self.geometry, self.task, *choice)

    def choices(self) -> Iterator[Choice]:
        """Yield all bands that fit the cache."""
        for apart in (False, True)[: 1 + (self.layer.K > 1)]:
            for abreast in self.task.abreast:
                for rows in range(1, self.task.rows + 1):
                    choice = Choice(rows, abreast, apart)
                    if self.cost(choice).bytes(rows) <= bands.CACHE:
                        yield choice


class Timed(NamedTuple):
    """What a band took."""

    problem: Problem
    choice: Choice
    ms: float


@contextmanager
def forced() -> Iterator[Callable[[Band, Work], Work]]:
    """Yield what makes some work use a band, whatever is the cheapest."""
    used: list[Band] = []

    def using(band: Band, work: Work) -> Work:
        def run() -> None:
            used[:] = [band]
            work()

        return run

    def band_of(geometry: Geometry, task: Task) -> Band:
        return used[0]

    with patch.object(convolution, "forward_band", band_of), patch.object(block, "forward_band", band_of):
        yield using


def time_bands(problem: Problem, count: int, draw: random.Random) -> tuple[float, list[Timed]]:
    """Return the milliseconds of the chosen band, and those of some others."""
    choices = list(problem.choices())
    some = draw.sample(choices, min(count, len(choices)))
    work = tinyconv_works(problem.layer, threads=1)[problem.case]
    with forced() as using:
        works = {str(choice): using(problem.band(choice), work) for choice in some}
        works["chosen"] = using(bands.forward_band(problem.geometry, problem.task), work)
        ms, quiet = take_turns(works, TURNS)
    timed = [Timed(problem, choice, ms[str(choice)]) for choice in some]
    best = min(timed, key=lambda band: band.ms)
    text = f"{problem.layer!s:>23}  {problem.case:14}{ms['chosen']:10.3f} ms{best.ms:10.3f} ms"
    print(f"{text}  {best.choice!s:20}{ms['chosen'] / best.ms:6.2f}×{quiet:8.0%}", flush=True)
    return ms["chosen"], timed


def cycles(band: Timed, constants: Mapping[str, float]) -> float:
    """Return the cost of all bands like this one."""
    with patch.multiple(bands, **constants):
        return band.problem.cost(band.choice).longest(band.choice.rows)


def cycles_by_constant(timed: list[Timed]) -> np.ndarray:
    """Return the cycles (N, 1 + constants) of N bands: of their multiply-adds, and by 1 of each constant."""
    nothing = dict.fromkeys(CONSTANTS, 0.0)
    settings = [nothing, *(nothing | {name: 1.0} for name in CONSTANTS)]
    columns = np.array([[cycles(band, constants) for constants in settings] for band in timed])
    columns[:, 1:] -= columns[:, :1]
    return columns


def fit(columns: np.ndarray, ms: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the constants with the least relative error, none below 0, and that error.

    >>> columns = np.array([[10.0, 1.0, 0.0], [10.0, 0.0, 1.0], [20.0, 1.0, 1.0]])
    >>> constants, error = fit(columns, ms=columns @ [1e-3, 5e-3, 0.0])
    >>> constants.round(6).tolist(), round(error, 6)
    ([5.0, 0.0], 0.0)
    """
    relative, kept = columns / ms[:, None], np.ones(columns.shape[1], bool)
    while True:
        factors = np.zeros(columns.shape[1])
        factors[kept], *_ = np.linalg.lstsq(relative[:, kept], np.ones(len(ms)))
        if (factors[1:] >= 0).all():
            return factors[1:] / factors[0], float(np.sqrt(np.mean((relative @ factors - 1) ** 2)))
        kept[1 + factors[1:].argmin()] = False


def findings(timed: list[Timed], lost: list[float]) -> list[Finding]:
    """Return the constants, what is lost by them, and what they would be."""
    columns, ms = cycles_by_constant(timed), np.array([band.ms for band in timed])
    now = [getattr(bands, name) for name in CONSTANTS]
    fitted, fitted_error = fit(columns, ms)
    _, error = fit((columns @ [1, *now])[:, None], ms)
    rows = {"chosen by the best of the timed": f"{geometric_mean(lost):.3f}×, at most {max(lost):.3f}×"}
    rows[f"relative error on {len(ms)} bands"] = f"{error:.1%}, fitted {fitted_error:.1%}"
    rows |= {
        f"cycles: {name}": f"{a:g}, fitted {b:.2g}" for name, a, b in zip(CONSTANTS, now, fitted, strict=True)
    }
    return [Finding(what, measured, "", True) for what, measured in rows.items()]


def main() -> None:
    """Print a line for each layer and case, then the constants."""
    parser = command_line(__doc__)
    add_layers(parser, MANY)
    parser.add_argument("--bands", type=int, default=12, help="of each layer and case")
    arguments = parser.parse_args()
    report, draw = begin(1, {}), random.Random(0)
    print(f"{'':39}{'chosen':>13}{'best':>13}{'':29}{'quiet':>8}")
    timed: list[Timed] = []
    lost = []
    for problem in (Problem(layer, case) for layer in arguments.layers for case in (CONV, BLOCK)):
        chosen, others = time_bands(problem, arguments.bands, draw)
        timed += others
        lost.append(chosen / min(band.ms for band in others))
    report.findings += findings(timed, lost)
    report.details["bands"] = [
        {"layer": str(problem.layer), "case": problem.case, "band": str(choice), "ms": ms}
        for problem, choice, ms in timed
    ]
    deliver(report, arguments)


if __name__ == "__main__":
    main()
