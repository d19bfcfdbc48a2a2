"""What tinyconv is meant to reach. A figure that falls short is reported; an aim is never loosened."""

from typing import NamedTuple

from layers import BLOCK, BOTH_WAYS, CONV, Layer
from peers import COMPILED, NUMPY, ONNX, TORCH


class Ratio(NamedTuple):
    """A peer's time, divided by tinyconv's."""

    peer: str
    case: str
    mean: float  # geometric, over the layers
    worst: float | None = None


RATIOS = [
    Ratio(TORCH, CONV, mean=1.0, worst=0.8),
    Ratio(TORCH, BLOCK, mean=3.0, worst=1.0),
    Ratio(TORCH, BOTH_WAYS, mean=2.0, worst=0.9),
    Ratio(COMPILED, BOTH_WAYS, mean=1.5),
    Ratio(ONNX, BLOCK, mean=1.0),
    Ratio(NUMPY, BOTH_WAYS, mean=5.0),
]
SHARE_OF_PEAK = 0.85  # on wide layers
LENET_STEP = 1.5  # torch eager's time, divided by tinyconv's
MEMORY = 1.0  # peak growth of resident memory, divided by torch eager's
TWO_THREADS = 1.8  # times as fast as one, on layers above `LONG`
LONG = 10.0  # ms
GROWTH = 0.20  # share by which the time per multiply-add may change when a size grows 16-fold
SMALL_CONV = 30.0  # µs: 1×1×8×8, 3×3
FIRST_BLOCK = 15.0  # s: forward + backward from an empty cache, the whole process
FIRST_CONV = 1.5  # s: import and one convolution from a warm cache, the whole process


def is_wide(layer: Layer) -> bool:
    """Return whether a layer has enough channels and filters to fill the multipliers."""
    return min(layer.C, layer.F) >= 64
